"""A run: scan, group, process the newest of each group in order, hand the rest to the archiver."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from services.coordinator.archive import Archiver
from services.coordinator.freedoms import Freedoms
from services.coordinator.grouping import Group, grouped
from services.coordinator.ids import new_run_id
from services.coordinator.iqube import SCAN_FAILED, IQube
from services.coordinator.models import Outcome, Outdated, Processed, RunError, RunResult, Skipped
from services.coordinator.processing import FileProcessor
from services.coordinator.smb import SmbService
from services.coordinator.smb_errors import SmbFailure
from services.coordinator.tasks import TaskRegistry

log = logging.getLogger(__name__)


class Coordinator:
    """Everything a run needs."""

    def __init__(
        self,
        smb: SmbService,
        processor: FileProcessor,
        archiver: Archiver,
        iqube: IQube,
        tasks: TaskRegistry,
        source: str,
        freedoms: Freedoms,
    ) -> None:
        self._smb = smb
        self._processor = processor
        self._archiver = archiver
        self._iqube = iqube
        self._tasks = tasks
        self._source = source
        self._freedoms = freedoms

    async def run(self) -> RunResult:
        """Look at the whole source once; archiving goes on after the return."""
        result = RunResult(run_id=new_run_id())
        try:
            files = await self._smb.list_files()
        except SmbFailure as error:
            return await self._fatal(result, error)
        groups = grouped(files)
        result.scanned, result.groups = len(files), len(groups)
        for group, outcome in await self._outcomes(groups):
            _add(result, outcome)
            if not _is_deferred(outcome):
                result.archive_candidates += [file.path for file in group.older]
        self._tasks.start(self._archiver.run(list(result.archive_candidates)))
        return result

    async def _outcomes(self, groups: Sequence[Group]) -> list[tuple[Group, Outcome]]:
        ordered = self._freedoms.liberties.order("groups", groups)
        work = [self._processor.process(group.newest, group.base_name) for group in ordered]
        if self._freedoms.parallel:
            return list(zip(ordered, await asyncio.gather(*work), strict=True))
        return [(group, await one) for group, one in zip(ordered, work, strict=True)]

    async def _fatal(self, result: RunResult, error: SmbFailure) -> RunResult:
        log.error("the scan failed: %s", error)
        await self._iqube.notify(self._source, SCAN_FAILED)
        result.status = "fatal"
        result.error = [RunError(file=None, stage="scan", error=str(error))]
        return result


def _add(result: RunResult, outcome: Outcome) -> None:
    match outcome:
        case Processed():
            result.processed.append(outcome)
        case Skipped():
            result.skipped.append(outcome)
        case Outdated():
            result.archive_candidates.append(outcome.file)
        case RunError():
            result.error.append(outcome)


def _is_deferred(outcome: Outcome) -> bool:
    """An unstable newest file may still turn out to be nothing, so its older versions stay with it."""
    return isinstance(outcome, Skipped) and outcome.reason == "unstable"
