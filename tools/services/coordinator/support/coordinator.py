"""The coordinator's own routes that a test waits for or looks at."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.support.bench import Bench, BenchOf

LONGEST_WAIT_S = 30.0
LOOK_INTERVAL_S = 0.02

router = APIRouter()


class Drained(BaseModel):
    pending: int


class ErrorLines(BaseModel):
    """What the coordinator logged as an error since the last reset, oldest first."""

    lines: list[str]


@router.post("/archive-queue/drain")
async def drain(bench: BenchOf) -> Drained:
    """Wait until the coordinator has archived all it wanted to; 409 if it has not in half a minute."""
    await drained(bench)
    return Drained(pending=0)


@router.get("/errors")
async def list_errors(bench: BenchOf) -> ErrorLines:
    lines, _ = await _lines(bench, bench.lines_seen)
    return ErrorLines(lines=lines)


async def drained(bench: Bench) -> None:
    """Wait for an empty archive queue."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while pending := await _pending(bench):
        if time.monotonic() > deadline:
            raise HTTPException(HTTPStatus.CONFLICT, f"{pending} archiving rounds are still pending")
        await asyncio.sleep(LOOK_INTERVAL_S)


async def forget_lines(bench: Bench) -> None:
    """Leave out of `errors` what has been logged up to now."""
    _, bench.lines_seen = await _lines(bench, bench.lines_seen)


async def _pending(bench: Bench) -> int:
    answer = (await bench.coordinator.get("/api/v1/coordinator/archive-tasks")).raise_for_status()
    return int(answer.json()["pending"])


async def _lines(bench: Bench, since: int) -> tuple[list[str], int]:
    answer = await bench.coordinator.get("/api/v1/coordinator/logged-errors", params={"since": since})
    body = answer.raise_for_status().json()
    return list(body["lines"]), int(body["next"])
