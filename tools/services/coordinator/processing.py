"""One file: stable, downloaded, claimed, extracted, submitted, recorded; then people are told if it failed.

Everything from the claim to the last row is one transaction. A failure that FOI or ITM report is an end and is
committed; anything else takes the claim back, and the next run starts from the beginning.
"""

from __future__ import annotations

import logging
from hashlib import md5

from services.coordinator.database import DatabaseLost
from services.coordinator.failpoints import FailpointHit, Failpoints, Point
from services.coordinator.foi import Foi
from services.coordinator.iqube import IQube
from services.coordinator.itm import Itm
from services.coordinator.listing import SourceFile
from services.coordinator.models import Outcome, Outdated, Processed, RunError, Skipped
from services.coordinator.rows import Claim, ControlRows, Ended
from services.coordinator.smb import SmbService
from services.coordinator.smb_errors import BeingWritten, SmbFailure
from services.coordinator.status import Failure, Status

log = logging.getLogger(__name__)

FILE_NAME_LENGTH = 512
BASE_NAME_LENGTH = 128


class NameTooLong(Exception):
    """A name does not fit into the table."""


class FileProcessor:
    """Takes one file through everything a run does with it."""

    def __init__(
        self, smb: SmbService, rows: ControlRows, foi: Foi, itm: Itm, iqube: IQube, failpoints: Failpoints
    ) -> None:
        self._smb = smb
        self._rows = rows
        self._foi = foi
        self._itm = itm
        self._iqube = iqube
        self._failpoints = failpoints

    async def process(self, file: SourceFile, base_name: str) -> Outcome:
        """Process a file as far as it gets; never raises for what the file, the share or the database do."""
        try:
            if await self._rows.has_newer(file.path, base_name):
                return Outdated(file=file.path)
        except Exception as error:
            return _taken_back(file, error)
        if not await self._smb.is_stable(file.path):
            return Skipped(file=file.path, reason="unstable")
        try:
            await self._failpoints.reached(Point.BEFORE_DOWNLOAD, file.path)
            content = await self._smb.read(file.path)
        except BeingWritten:
            return Skipped(file=file.path, reason="unstable")
        except (SmbFailure, FailpointHit) as error:
            log.error("download failed: %s", error)
            return RunError(file=file.path, stage="download", error=str(error))
        try:
            ended = await self._claim_and_end(file, base_name, content)
        except Exception as error:
            return _taken_back(file, error)
        if ended is None:
            return Skipped(file=file.path, reason="already_claimed")
        # Only now, with the row committed: nobody is told of what may still be taken back.
        if ended.status is not Status.SUCCESS:
            await self._iqube.notify(file.path, ended.status, ended.row_id)
        return Processed(file=file.path, remitter=file.remitter, base_name=base_name, status=ended.status)

    async def _claim_and_end(self, file: SourceFile, base_name: str, content: bytes) -> Ended | None:
        _check_lengths(file, base_name)
        digest = md5(content, usedforsecurity=False).hexdigest()
        async with self._rows.claim(file.path, base_name, digest) as claim:
            if claim is None:
                return None
            await self._failpoints.reached(Point.AFTER_CLAIM, file.path)
            return await claim.end(await self._extract_and_submit(file, content, claim))

    async def _extract_and_submit(self, file: SourceFile, content: bytes, claim: Claim) -> Failure | None:
        extracted = await self._foi.extract(file.remitter, file.name, content)
        if isinstance(extracted, Failure):
            return extracted
        # FOI takes its time. If the claim was lost meanwhile the next run submits, so this one must not.
        await claim.check_alive()
        return await self._itm.submit(file.remitter, extracted)


def _check_lengths(file: SourceFile, base_name: str) -> None:
    for what, text, length in (
        ("path", file.path, FILE_NAME_LENGTH),
        ("base name", base_name, BASE_NAME_LENGTH),
    ):
        if len(text) > length:
            raise NameTooLong(f"the {what} has {len(text)} characters, more than {length}")


def _taken_back(file: SourceFile, error: Exception) -> RunError:
    if isinstance(error, DatabaseLost | FailpointHit | NameTooLong):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    log.error("processing of %s was taken back: %s", file.path, text, exc_info=error)
    return RunError(file=file.path, stage="process", error=text)
