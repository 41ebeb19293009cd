"""Archiving, after a run has answered: older versions first, then every file whose life in the source is over."""

from __future__ import annotations

import asyncio
import logging
import ntpath
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import md5

from services.coordinator.database import DatabaseLost
from services.coordinator.failpoints import Failpoints, Point
from services.coordinator.freedoms import Freedoms
from services.coordinator.ids import now
from services.coordinator.rows import ControlRows, Subject
from services.coordinator.smb import SmbService
from services.coordinator.smb_errors import SmbFailure

log = logging.getLogger(__name__)


def archive_path(path: str, source: str, archive: str) -> str:
    r"""Return where a file goes: the same place below the archive root; its bare name if it is not from the source.

    >>> archive_path(r"\\h\s\source\a@b\f.pdf", r"\\h\s\source", r"\\h\s\archive")
    '\\\\h\\s\\archive\\a@b\\f.pdf'
    """
    inside = path.lower().startswith(f"{source.lower()}\\")
    return f"{archive}\\{path[len(source) + 1 :] if inside else ntpath.basename(path)}"


def stamped(path: str, instant: datetime) -> str:
    """Return a name that nobody else has: the stem, 14 digits of time, 6 random hex digits, the extension."""
    stem, extension = ntpath.splitext(path)
    return f"{stem}__{instant:%Y%m%d%H%M%S}_{secrets.token_hex(3)}{extension}"


class Archiver:
    """Moves files into the archive, one round at a time; what fails is logged and left for the next round."""

    def __init__(
        self,
        smb: SmbService,
        rows: ControlRows,
        source: str,
        archive: str,
        batch_size: int,
        failpoints: Failpoints,
        freedoms: Freedoms,
    ) -> None:
        self._smb = smb
        self._rows = rows
        self._source = source
        self._archive = archive
        self._batch_size = batch_size
        self._failpoints = failpoints
        self._freedoms = freedoms
        self._turn = asyncio.Lock()

    async def run(self, candidates: Sequence[str]) -> None:
        """Move the older versions that a scan has found, then keep house; never raises."""
        async with self._turn:
            await self._freedoms.dawdle()
            await self._failpoints.reached(Point.BEFORE_ARCHIVING)
            for path in candidates:
                await self._move_candidate(path)
            try:
                await self._keep_house()
            except DatabaseLost as error:
                log.error("housekeeping stopped: %s", error)
            except Exception:
                log.exception("housekeeping stopped")

    async def _move_candidate(self, path: str) -> None:
        """Move an older version; one that is not stable stays, and it gets no row."""
        if not await self._smb.is_stable(path):
            return
        try:
            # A writer that keeps the file open is not noticed by its age.
            await self._smb.check_quiet(path)
            await self._move(path)
        except SmbFailure as error:
            log.error("archiving failed: %s", error)

    async def _keep_house(self) -> None:
        async with self._rows.archiving(self._batch_size) as archiving:
            moved = [subject for subject in archiving.subjects if await self._is_archived(subject)]
            await archiving.record(moved)

    async def _is_archived(self, subject: Subject) -> bool:
        """Move a file that is done with; True also if an earlier round moved it and could not say so."""
        path = subject.file_name
        try:
            if not await self._smb.exists(path):
                return await self._is_moved_already(path)
            if md5(await self._smb.read(path), usedforsecurity=False).hexdigest() != subject.content_md5:
                # A new upload under the old name, which no run has taken yet: it must not leave unprocessed.
                log.error("archiving failed: %s has new content", path)
                return False
            await self._move(path)
        except SmbFailure as error:
            log.error("archiving failed: %s", error)
            return False
        return True

    async def _is_moved_already(self, path: str) -> bool:
        if await self._smb.exists(self._target(path)):
            return True
        log.error("archiving failed: %s is neither in the source nor in the archive", path)
        return False

    async def _move(self, path: str) -> None:
        target = self._target(path)
        await self._smb.move(path, stamped(target, now()) if await self._smb.exists(target) else target)

    def _target(self, path: str) -> str:
        match self._freedoms.archive:
            case "flat":
                return f"{self._archive}\\{ntpath.basename(path)}"
            case "dated":
                return archive_path(path, self._source, f"{self._archive}\\{now():%Y-%m-%d}")
        return archive_path(path, self._source, self._archive)
