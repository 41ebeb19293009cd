"""GET /state: everything that a test can look at, in one answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from services.coordinator.support import observe
from services.coordinator.support.bench import BenchOf
from services.coordinator.support.downstream import CALLED
from services.coordinator.support.observe import File, Row
from services.coordinator.support.pending import settled

router = APIRouter()


class State(BaseModel):
    """Since the last reset. None: it cannot be seen here: a root that is away, a real FOI, a log that is not shown."""

    source: list[File] | None
    archive: list[File] | None
    rows: list[Row]
    calls: dict[str, list[dict[str, Any]] | None]
    errors: list[str] | None


@router.get("/state")
async def state(bench: BenchOf, settle: bool = True) -> State:
    """Look at everything, once nothing is left to archive; with `settle=false` right now."""
    if settle:
        await settled(bench)
    return State(
        source=await observe.files(bench, "source"),
        archive=await observe.files(bench, "archive"),
        rows=await observe.rows(bench),
        calls={name: await observe.events(bench.stand_ins[name]) for name in CALLED},
        errors=await observe.error_lines(bench),
    )
