"""What the environment says about where the support API finds what it arranges and observes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, PositiveFloat

from services.coordinator.settings import ShareSettings
from services.environment import BaseUrl, DatabaseUrl

Origin = Annotated[str, AfterValidator(lambda url: "{0.scheme}://{0.netloc}".format(urlsplit(url)) if url else "")]


class Settings(ShareSettings):
    """Everything the environment says."""

    database_url: DatabaseUrl
    it_coordinator_base_url: BaseUrl
    """the address of the coordinator"""
    foi_api_url: Origin
    """the address of the FOI stand-in"""
    iqube_api_url: Origin
    """the address of the IQube stand-in"""
    itm_api_url: Origin
    """the address of the ITM stand-in"""
    it_failpoints_url: Origin = ""
    """the address of the failpoints, which a coordinator may have and need not"""
    coordinator_quiet_s: PositiveFloat = 3
    """how long share and rows have to stay the same until a coordinator that does not tell is taken to be done"""
    smb_local_root: Path | None = None
    """the folder of the share, where it is on this machine: needed for file modes"""
    smb_down_file: Path | None = None
    """while this file exists the SMB server is kept down: needed to take it down"""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the fields; the account that IT_SMB_USERNAME and IT_SMB_PASSWORD name wins over the coordinator's."""
        if own := environ.get("IT_SMB_USERNAME"):
            environ = {**environ, "SMB_USERNAME": own, "SMB_SECRET_MANAGER_NAME": "IT_SMB_PASSWORD"}
        return super().read(environ)
