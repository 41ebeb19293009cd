"""What a test arranges at its beginning, in one request: files on the share, and how the stand-ins answer."""

from __future__ import annotations

import time
from hashlib import md5
from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.ids import now
from services.coordinator.support import observe
from services.coordinator.support.bench import Bench, BenchOf, Root
from services.coordinator.support.content import Content
from services.coordinator.support.downstream import Name, set_mode
from services.coordinator.support.observe import COLUMNS, Row

OPERATOR = "operator"

router = APIRouter()


class NewFile(Content):
    """A file to put; `age_s` is how long ago it was written, None for right now."""

    path: str
    root: Root = "source"
    age_s: float | None = None


class Arrangement(BaseModel):
    """Files, written in this order, and modes by the name of the stand-in."""

    files: list[NewFile] = []
    modes: dict[Name, dict[str, Any]] = {}


class Decision(BaseModel):
    """What an operator decides about a file, outside any run."""

    path: str
    status: Literal["ops_closed", "ops_rejected"]
    message: str


@router.post("/arrange", status_code=HTTPStatus.NO_CONTENT)
async def arrange(wanted: Arrangement, bench: BenchOf) -> None:
    """Set the modes and put the files, over those that are there; missing folders are made."""
    for name, mode in wanted.modes.items():
        await set_mode(bench, name, mode)
    for file in wanted.files:
        await _put(bench, file)


@router.post("/decisions", status_code=HTTPStatus.CREATED)
async def decide(decision: Decision, bench: BenchOf) -> Row:
    """Add the row an operator's decision makes: like the file's latest, with the new status and message."""
    latest = f"SELECT {COLUMNS} FROM coordinator_control WHERE file_name = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
    async with bench.database.transaction() as connection:
        found = await connection.fetchrow(latest, bench.unc(decision.path))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"no row of {decision.path!r}")
        record = dict(found) | {
            "id": bench.ids.new(),
            "status": decision.status,
            "instance_id": OPERATOR,
            "message": decision.message,
            "created_at": now(),
        }
        places = ", ".join(f"${number}" for number in range(1, len(record) + 1))
        await connection.execute(f"INSERT INTO coordinator_control ({COLUMNS}) VALUES ({places})", *record.values())
    return observe.row(record)


async def _put(bench: Bench, file: NewFile) -> None:
    unc, content = bench.unc(file.path, file.root), file.content()
    bench.touched.add(file.path)
    bench.written[md5(content, usedforsecurity=False).hexdigest()] = file.path
    await bench.share.write(unc, content)
    if file.age_s is not None:
        await bench.share.set_times(unc, time.time() - file.age_s)
