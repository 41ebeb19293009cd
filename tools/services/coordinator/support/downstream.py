"""The stand-ins: their modes, and waiting for a call."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.support import observe
from services.coordinator.support.bench import Bench, BenchOf, unavailable

Name = Literal["foi", "iqube", "itm", "failpoints"]
CALLED = ("foi", "itm", "iqube")
"""What a coordinator calls by itself; the failpoints are asked for a test's sake only."""

LONGEST_WAIT_S = 10.0
LOOK_INTERVAL_S = 0.02

router = APIRouter(prefix="/downstream")


class Calls(BaseModel):
    """How many calls somebody waited for."""

    at_least: int


@router.put("/{name}/mode", status_code=HTTPStatus.NO_CONTENT)
async def put_mode(name: Name, mode: dict[str, Any], bench: BenchOf) -> None:
    """Say how a stand-in answers from now on; a call that hangs is answered by the new mode."""
    await set_mode(bench, name, mode)


@router.post("/{name}/wait")
async def wait(name: Name, wanted: Calls, bench: BenchOf) -> Calls:
    """Wait until a stand-in has had so many calls; 409 if it has not in a while."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while len(seen := await observe.events(_stand_in(bench, name)) or []) < wanted.at_least:
        if time.monotonic() > deadline:
            raise HTTPException(HTTPStatus.CONFLICT, f"{name} had {len(seen)} calls, not {wanted.at_least}")
        await asyncio.sleep(LOOK_INTERVAL_S)
    return wanted


async def set_mode(bench: Bench, name: str, mode: dict[str, Any]) -> None:
    """Say how a stand-in answers from now on.

    Raises:
        HTTPException: 501, there is no stand-in; 422, it knows no such mode.
    """
    stand_in = _stand_in(bench, name)
    if await observe.events(stand_in) is None:
        raise unavailable(f"what answers in place of {name} is no stand-in: it cannot be told what to answer")
    answer = await stand_in.post("/__mode", json=mode)
    if not answer.is_success:
        raise HTTPException(answer.status_code, answer.json()["detail"])


async def reset_all(bench: Bench) -> None:
    """Forget the calls and the modes of all stand-ins; what is no stand-in is left alone."""
    for stand_in in bench.stand_ins.values():
        if await observe.events(stand_in) is not None:
            (await stand_in.post("/__reset")).raise_for_status()


def _stand_in(bench: Bench, name: str) -> Any:
    if name not in bench.stand_ins:
        raise unavailable(f"there is no stand-in for {name} here")
    return bench.stand_ins[name]
