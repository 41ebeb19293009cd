"""Everything as it was before the first test.

On a share of this stack's own that means empty. On any other only what this process has put there is removed, and
the rows of those files.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter

from services.coordinator.smb_errors import NotThere
from services.coordinator.support import coordinator, downstream, faults, handles, share
from services.coordinator.support.bench import Bench, BenchOf

router = APIRouter()


@router.post("/reset", status_code=HTTPStatus.NO_CONTENT)
async def reset(bench: BenchOf) -> None:
    """Bring the share back, let the coordinator finish, then empty share, table, stand-ins and error lines."""
    if bench.settings.smb_down_file is not None:
        await faults.set_smb_state(bench, "up")
    await handles.close_all(bench)
    # First the stand-ins: a call that hangs would keep the coordinator busy.
    await downstream.reset_all(bench)
    await coordinator.drained(bench)
    if bench.settings.smb_local_root is not None:
        _open_modes(bench.settings.smb_local_root)
    await share.place_source(bench, present=True)
    if bench.settings.smb_local_root is not None:
        _empty(bench)
        await _delete_rows_below_source(bench)
    else:
        await _remove_touched(bench)
    bench.touched.clear()
    await downstream.reset_all(bench)
    await coordinator.forget_lines(bench)


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
    for path in sorted(bench.touched):
        for unc in (bench.unc(path), bench.unc(path, "archive")):
            with suppress(NotThere):
                await bench.share.remove(unc)
    async with bench.database.transaction() as connection:
        query = "DELETE FROM coordinator_control WHERE file_name = ANY($1::text[])"
        await connection.execute(query, [bench.unc(path) for path in sorted(bench.touched)])
