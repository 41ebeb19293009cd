"""The environment -> what the service needs to know, in one frozen object.

DATABASE_URL                     PostgreSQL
SMB_UNC_PATH                     source root, a UNC path
SMB_ARCHIVE_SUBPATH              archive root, a whole UNC path too, whatever its name says
SMB_USERNAME                     account on the SMB server
SMB_SECRET_MANAGER_NAME          name of the variable that holds its password (default: smb-secret)
SMB_PASSWORD                     the password, where that variable is not set
SMB_PORT                         default 445
SMB_STABILITY_MIN_AGE_S          age at which a file is taken (default 3; empty: take samples instead)
SMB_STABILITY_CHECK_INTERVAL_S   seconds between two samples (default 1)
SMB_STABILITY_CHECK_COUNT        samples (default 2)
SMB_IGNORE_PREFIXES, SMB_IGNORE_SUFFIXES   comma lists of temporary names
ARCHIVE_BATCH_SIZE               files a housekeeping round moves at most (default 100)
FOI_API_URL                      extraction, with {remitter} in it
ITM_API_URL, IQUBE_API_URL       submission, notification
FOI_TIMEOUT_S, ITM_TIMEOUT_S, IQUBE_TIMEOUT_S   default 5, 5, 2
ITM_CLIENT_ACCOUNT_REGION, ITM_MESSAGE_CATEGORY, ITM_PRODUCT_IDENTIFIER   constants of an instruction
ITM_TOKEN_URL, ITM_CLIENT_ID, ITM_CLIENT_SECRET   OAuth for ITM, unless ENV=local
ENV                              default local: no cloud identity is asked for anything
INSTANCE_ID                      written into every row (default: local)
IT_ENABLE_FAILPOINTS             1, true or yes, and ENV=local: see failpoints.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.coordinator.listing import IGNORED_PREFIXES, IGNORED_SUFFIXES, TempNames
from services.coordinator.smb_client import Account
from services.coordinator.stability import Policy

YES = {"1", "true", "yes"}


class SettingsError(Exception):
    """A variable is missing or has no meaning; the message names it."""


@dataclass(frozen=True, slots=True)
class Share:
    """Where files come from and where they go."""

    source: str
    archive: str
    account: Account
    temp_names: TempNames
    stability: Policy


@dataclass(frozen=True, slots=True)
class Itm:
    """How to submit; the token fields are only used when `env` is not local."""

    url: str
    timeout_s: float
    env: str
    client_account_region: str
    message_category: str
    product_identifier: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says."""

    database_url: str = field(repr=False)
    share: Share
    itm: Itm
    foi_url: str
    foi_timeout_s: float
    iqube_url: str
    iqube_timeout_s: float
    archive_batch_size: int
    instance_id: str
    failpoints: bool


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a variable is missing, or is not the number it should be.
    """
    env = environ.get("ENV") or "local"
    return Settings(
        database_url=_required(environ, "DATABASE_URL"),
        share=_share(environ),
        itm=_itm(environ, env),
        foi_url=_required(environ, "FOI_API_URL").rstrip("/"),
        foi_timeout_s=_number(environ, "FOI_TIMEOUT_S", 5.0),
        iqube_url=_required(environ, "IQUBE_API_URL"),
        iqube_timeout_s=_number(environ, "IQUBE_TIMEOUT_S", 2.0),
        archive_batch_size=int(_number(environ, "ARCHIVE_BATCH_SIZE", 100)),
        instance_id=environ.get("INSTANCE_ID") or "local",
        failpoints=env == "local" and environ.get("IT_ENABLE_FAILPOINTS", "").lower() in YES,
    )


def share_account(environ: Mapping[str, str]) -> Account:
    """Return the coordinator's account on the SMB server.

    Raises:
        SettingsError: the user or the password is missing.
    """
    secret = environ.get("SMB_SECRET_MANAGER_NAME") or "smb-secret"
    return Account(
        username=_required(environ, "SMB_USERNAME"),
        password=environ.get(secret) or _required(environ, "SMB_PASSWORD"),
        port=smb_port(environ),
    )


def smb_port(environ: Mapping[str, str]) -> int:
    """Return the port of the SMB server; SettingsError if it is no number."""
    return int(_number(environ, "SMB_PORT", 445))


def share_roots(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return source root and archive root, without a final backslash.

    Raises:
        SettingsError: one of them is missing.
    """
    names = ("SMB_UNC_PATH", "SMB_ARCHIVE_SUBPATH")
    source, archive = (_required(environ, name).rstrip("\\") for name in names)
    return source, archive


def _share(environ: Mapping[str, str]) -> Share:
    source, archive = share_roots(environ)
    # Set but empty is a choice of its own here: no minimum age.
    min_age_s = None if environ.get("SMB_STABILITY_MIN_AGE_S") == "" else _number(environ, "SMB_STABILITY_MIN_AGE_S", 3)
    return Share(
        source=source,
        archive=archive,
        account=share_account(environ),
        temp_names=TempNames(
            prefixes=_words(environ, "SMB_IGNORE_PREFIXES", IGNORED_PREFIXES),
            suffixes=_words(environ, "SMB_IGNORE_SUFFIXES", IGNORED_SUFFIXES),
        ),
        stability=Policy(
            min_age_s=min_age_s,
            check_interval_s=_number(environ, "SMB_STABILITY_CHECK_INTERVAL_S", 1.0),
            check_count=int(_number(environ, "SMB_STABILITY_CHECK_COUNT", 2)),
        ),
    )


def _itm(environ: Mapping[str, str], env: str) -> Itm:
    return Itm(
        url=_required(environ, "ITM_API_URL"),
        timeout_s=_number(environ, "ITM_TIMEOUT_S", 5.0),
        env=env,
        client_account_region=environ.get("ITM_CLIENT_ACCOUNT_REGION") or "LU",
        message_category=environ.get("ITM_MESSAGE_CATEGORY") or "ORDER",
        product_identifier=environ.get("ITM_PRODUCT_IDENTIFIER") or "FUND",
        token_url="" if env == "local" else _required(environ, "ITM_TOKEN_URL"),
        client_id=environ.get("ITM_CLIENT_ID", ""),
        client_secret=environ.get("ITM_CLIENT_SECRET", ""),
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    raise SettingsError(f"{name} is not set; the coordinator needs it")


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}; it should be a number") from None


def _words(environ: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    text = environ.get(name)
    if text is None:
        return default
    return tuple(word.strip().lower() for word in text.split(",") if word.strip())
