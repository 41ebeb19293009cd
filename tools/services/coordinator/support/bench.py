"""What the routes work on: share, rows, stand-ins, coordinator."""

from __future__ import annotations

import ntpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

import httpx
from fastapi import HTTPException

from services.coordinator.database import Database
from services.coordinator.ids import RowIds
from services.coordinator.smb_client import SmbClient
from services.coordinator.support.held import Handle
from services.coordinator.support.settings import Settings
from services.state import state

Root = Literal["source", "archive"]


@dataclass(slots=True)
class Bench:
    """Everything of one support API.

    `touched` has the paths this process wrote below the source root: on a share that others use too, nothing
    else is ever shown or removed. `written` has the same by the MD5 of what was written. `lines_seen` is the number
    of the first error line after the last reset.
    """

    settings: Settings
    database: Database
    share: SmbClient
    coordinator: httpx.AsyncClient
    stand_ins: Mapping[str, httpx.AsyncClient]
    handles: dict[str, Handle] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)
    lines_seen: int = 0
    ids: RowIds = field(default_factory=RowIds)

    def unc(self, path: str, root: Root = "source") -> str:
        """Return the whole UNC path of a relative one; of nothing, the root itself."""
        base = self.settings.smb_unc_path if root == "source" else self.settings.smb_archive_subpath
        return "\\".join([base, *path.split("/")]) if path else base

    def relative(self, unc: str) -> str:
        """Return the relative path of a whole one below the source root; of any other, the same with slashes."""
        return unc.removeprefix(self.unc("") + "\\").replace("\\", "/")

    @property
    def is_own(self) -> bool:
        """Whether the share is there for these tests alone."""
        return self.settings.smb_local_root is not None

    def is_ours(self, path: str, root: Root = "source") -> bool:
        """Whether a file is for these tests to look at: below a remitter they wrote to, or archived from there."""
        if self.is_own:
            return True
        if root == "source":
            return any(path.startswith(touched.partition("/")[0] + "/") for touched in self.touched)
        return any(ntpath.basename(path).startswith(ntpath.splitext(ntpath.basename(one))[0]) for one in self.touched)

    @property
    def local_root(self) -> Path:
        """The folder of the share on this machine.

        Raises:
            HTTPException: 501, the share is on another machine.
        """
        if self.settings.smb_local_root is None:
            raise unavailable("SMB_LOCAL_ROOT is not set: the share is not on this machine")
        return self.settings.smb_local_root

    def local(self, path: str, root: Root = "source") -> Path:
        """Return where a file of the share is on this machine.

        Raises:
            HTTPException: 501, the share is on another machine.
        """
        # \\server\share\folder\...: what follows the share is below the local folder.
        _, _, _, _, *below = self.unc(path, root).split("\\")
        return self.local_root.joinpath(*below)


def unavailable(why: str) -> HTTPException:
    """Build the answer to what cannot be done in this environment."""
    return HTTPException(HTTPStatus.NOT_IMPLEMENTED, why)


BenchOf = Annotated[Bench, state("bench")]
