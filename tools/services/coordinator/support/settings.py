"""The environment -> where the support API finds what it arranges and observes.

IT_COORDINATOR_BASE_URL           the coordinator, for its archive queue and its error lines
DATABASE_URL                      its database
SMB_UNC_PATH, SMB_ARCHIVE_SUBPATH, SMB_PORT   its share
IT_SMB_USERNAME, IT_SMB_PASSWORD  an account on the share (default: the coordinator's)
FOI_API_URL, ITM_API_URL, IQUBE_API_URL       the fakes
SMB_LOCAL_ROOT                    folder of the share on this machine: needed for file modes
SMB_DOWN_FILE                     while this file exists the SMB server is kept down: needed to take it down
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from services.coordinator.settings import SettingsError, share_account, share_roots, smb_port
from services.coordinator.smb_client import Account

FAKES = {"foi": "FOI_API_URL", "iqube": "IQUBE_API_URL", "itm": "ITM_API_URL"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says; `local_root` and `down_file` only where the share is on this machine."""

    coordinator_url: str
    database_url: str = field(repr=False)
    source: str
    archive: str
    account: Account
    fake_urls: Mapping[str, str]
    local_root: Path | None
    down_file: Path | None


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a variable is missing.
    """
    for name in ("IT_COORDINATOR_BASE_URL", "DATABASE_URL", *FAKES.values()):
        if not environ.get(name):
            raise SettingsError(f"{name} is not set; the support API needs it")
    source, archive = share_roots(environ)
    return Settings(
        coordinator_url=environ["IT_COORDINATOR_BASE_URL"].rstrip("/"),
        database_url=environ["DATABASE_URL"],
        source=source,
        archive=archive,
        account=_account(environ),
        fake_urls={name: _origin(environ[variable]) for name, variable in FAKES.items()},
        local_root=_path(environ, "SMB_LOCAL_ROOT"),
        down_file=_path(environ, "SMB_DOWN_FILE"),
    )


def _account(environ: Mapping[str, str]) -> Account:
    if username := environ.get("IT_SMB_USERNAME"):
        return Account(username, environ.get("IT_SMB_PASSWORD", ""), smb_port(environ))
    return share_account(environ)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None
