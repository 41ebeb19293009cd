"""Everything as it was before the first test.

On a share of this stack's own that means empty. On any other only what this process has put there is removed, and
the rows of those files.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from services.coordinator.smb_errors import NotThere
from services.coordinator.support import downstream, faults, handles, observe, share
from services.coordinator.support.bench import Bench, BenchOf
from services.coordinator.support.pending import settled

router = APIRouter()


class Left(BaseModel):
    """What could not be cleared away: files on the share, files with rows."""

    files: list[str]
    rows: list[str]


@router.post("/reset")
async def reset(bench: BenchOf) -> Left:
    """Bring the share back, let the coordinator finish, then empty share, table, stand-ins and error lines."""
    if bench.settings.smb_down_file is not None:
        await faults.set_smb_state(bench, "up")
    await handles.close_all(bench)
    # First the stand-ins: a call that hangs would keep the coordinator busy.
    await downstream.reset_all(bench)
    if bench.touched:
        await settled(bench)
    if bench.is_own:
        _open_modes(bench.local_root)
    await share.place_source(bench, present=True)
    if bench.is_own:
        _empty(bench)
        await _delete_rows_below_source(bench)
    else:
        await _remove_touched(bench)
    await downstream.reset_all(bench)
    if seen := await observe.lines_since(bench, bench.lines_seen):
        _, bench.lines_seen = seen
    left = Left(
        files=[one.path for root in ("source", "archive") for one in await observe.files(bench, root) or []],
        rows=[row.file_name for row in await observe.rows(bench)],
    )
    bench.touched.clear()
    bench.written.clear()
    return left


def _open_modes(folder: Path) -> None:
    """Undo every change of a mode, from the top down."""
    folder.chmod(0o775)
    for path in folder.iterdir():
        if path.is_dir():
            _open_modes(path)
        else:
            path.chmod(0o664)


def _empty(bench: Bench) -> None:
    for root in (bench.local(""), bench.local("", "archive")):
        for path in root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


async def _delete_rows_below_source(bench: Bench) -> None:
    async with bench.database.transaction() as connection:
        query = "DELETE FROM coordinator_control WHERE starts_with(file_name, $1)"
        await connection.execute(query, bench.unc("") + "\\")


async def _remove_touched(bench: Bench) -> None:
    """Remove what was put: from the source by its name, from the archive, wherever it is there, by its bytes too."""
    for path in sorted(bench.touched):
        with suppress(NotThere):
            await bench.share.remove(bench.unc(path))
    for path in await observe.paths(bench, "archive") or []:
        if await observe.was_written_here(bench, path):
            await bench.share.remove(bench.unc(path, "archive"))
    async with bench.database.transaction() as connection:
        query = "DELETE FROM coordinator_control WHERE file_name = ANY($1::text[])"
        await connection.execute(query, [bench.unc(path) for path in sorted(bench.touched)])
