"""What the environment says about the share, the table and what is called downstream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from services.coordinator.listing import IGNORED_PREFIXES, IGNORED_SUFFIXES, TempNames
from services.coordinator.smb_client import Account
from services.coordinator.stability import Policy
from services.environment import BaseUrl, DatabaseUrl, FromEnvironment

Root = Annotated[str, AfterValidator(lambda path: path.rstrip("\\"))]
Words = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda text: tuple(word.strip().lower() for word in text.split(",") if word.strip())),
]
NumberOrNothing = Annotated[NonNegativeFloat | None, BeforeValidator(lambda text: text or None)]


class ShareSettings(FromEnvironment):
    """Where files come from, where they go, and who may take them."""

    smb_unc_path: Root
    """the source root, a UNC path"""
    smb_archive_subpath: Root
    """the archive root, a whole UNC path too, whatever its name says"""
    smb_username: str
    """the name of an account on the SMB server"""
    smb_secret_manager_name: str = "smb-secret"
    """the name of the variable that holds the password; without such a variable SMB_PASSWORD does"""
    smb_password: str = Field(repr=False)
    """the password of the account on the SMB server"""
    smb_port: PositiveInt = 445

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the fields; the variable that SMB_SECRET_MANAGER_NAME names wins over SMB_PASSWORD."""
        secret = environ.get(environ.get("SMB_SECRET_MANAGER_NAME") or "smb-secret")
        return super().read({**environ, "SMB_PASSWORD": secret} if secret else environ)

    @property
    def account(self) -> Account:
        return Account(self.smb_username, self.smb_password, self.smb_port)


class ScanSettings(ShareSettings):
    """Which files are taken, and when."""

    MAY_BE_EMPTY: ClassVar = frozenset({"smb_stability_min_age_s", "smb_ignore_prefixes", "smb_ignore_suffixes"})

    smb_ignore_prefixes: Words = IGNORED_PREFIXES
    smb_ignore_suffixes: Words = IGNORED_SUFFIXES
    smb_stability_min_age_s: NumberOrNothing = 3
    """the age at which a file is taken; empty: samples are taken instead"""
    smb_stability_check_interval_s: NonNegativeFloat = 1
    smb_stability_check_count: PositiveInt = 2

    @property
    def temp_names(self) -> TempNames:
        return TempNames(self.smb_ignore_prefixes, self.smb_ignore_suffixes)

    @property
    def stability(self) -> Policy:
        return Policy(self.smb_stability_min_age_s, self.smb_stability_check_interval_s, self.smb_stability_check_count)


class ItmSettings(FromEnvironment):
    """How to submit; only where ENV is local can the address of the tokens be left out."""

    env: str = "local"
    itm_api_url: str
    """the address that instructions are sent to"""
    itm_timeout_s: PositiveFloat = 5
    itm_client_account_region: str = "LU"
    itm_message_category: str = "ORDER"
    itm_product_identifier: str = "FUND"
    itm_token_url: str = Field("", validate_default=True)
    """the address that tokens come from"""
    itm_client_id: str = ""
    itm_client_secret: str = Field("", repr=False)

    @field_validator("itm_token_url")
    @classmethod
    def _check_token_url(cls, url: str, info: ValidationInfo) -> str:
        if not url and info.data["env"] != "local":
            raise ValueError("should be an address, unless ENV is local")
        return url


class Settings(ScanSettings, ItmSettings):
    """Everything the environment says."""

    database_url: DatabaseUrl
    foi_api_url: BaseUrl
    """the address of the extraction, with {remitter} in it"""
    foi_timeout_s: PositiveFloat = 5
    iqube_api_url: str
    """the address that notes about failed files are sent to"""
    iqube_timeout_s: PositiveFloat = 2
    archive_batch_size: PositiveInt = 100
    """how many files a round of housekeeping moves at most"""
    instance_id: str = "local"
    """what stands in every row as its writer"""
    it_enable_failpoints: bool = False
    it_failpoints_url: str = ""
    """the address that is asked whether a run may go on"""

    @property
    def failpoints_url(self) -> str:
        """Who is asked at a failpoint; nobody beside a real deployment."""
        return self.it_failpoints_url if self.it_enable_failpoints and self.env == "local" else ""
