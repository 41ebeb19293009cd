"""When is a run over? It has answered, and what it archives afterwards is done."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

from fastapi import HTTPException

from services.coordinator.support import observe
from services.coordinator.support.bench import Bench

LONGEST_WAIT_S = 30.0
LOOK_INTERVAL_S = 0.02


async def settled(bench: Bench) -> None:
    """Wait until nothing is left to archive.

    A coordinator that does not tell is taken to be done when share and rows have stayed the same for a while.

    Raises:
        HTTPException: 409, it is not done after half a minute.
    """
    deadline = time.monotonic() + LONGEST_WAIT_S
    while pending := await _pending(bench):
        _check_time(deadline, f"{pending} archiving rounds are still pending")
        await asyncio.sleep(LOOK_INTERVAL_S)
    if pending is None:
        await _quiet(bench, deadline)


async def _pending(bench: Bench) -> int | None:
    """How many rounds of archiving have not ended; None from a coordinator that does not tell."""
    answer = await bench.coordinator.get("/api/v1/coordinator/archive-tasks")
    return int(answer.json()["pending"]) if answer.is_success else None


async def _quiet(bench: Bench, deadline: float) -> None:
    last, since = await _look(bench), time.monotonic()
    while time.monotonic() < since + bench.settings.coordinator_quiet_s:
        _check_time(deadline, "the share and the rows do not come to rest")
        await asyncio.sleep(10 * LOOK_INTERVAL_S)
        if (seen := await _look(bench)) != last:
            last, since = seen, time.monotonic()


async def _look(bench: Bench) -> object:
    return (
        await observe.paths(bench, "source"),
        await observe.paths(bench, "archive"),
        [(row.id, row.status) for row in await observe.rows(bench)],
    )


def _check_time(deadline: float, why: str) -> None:
    if time.monotonic() > deadline:
        raise HTTPException(HTTPStatus.CONFLICT, f"{why} after {LONGEST_WAIT_S:.0f} s")
