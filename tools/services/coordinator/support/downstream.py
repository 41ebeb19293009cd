"""The stand-ins: their modes, and the calls they have had."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import Any, Literal

import httpx
from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel

from services.coordinator.support.bench import Bench, BenchOf

Name = Literal["foi", "iqube", "itm"]

HEADERS = ("authorization", "consumer-type", "content-type", "source-system")
"""The headers of a call that anybody decides about; the rest is the client library's."""

LONGEST_WAIT_S = 30.0
LOOK_INTERVAL_S = 0.02

router = APIRouter(prefix="/downstream")


class Calls(BaseModel):
    """Calls since the last reset, in order of arrival."""

    calls: list[dict[str, Any]]


@router.get("/{name}")
async def list_calls(name: Name, bench: BenchOf, at_least: int = 0) -> Calls:
    """List a stand-in's calls once there are `at_least` so many; 409 if there are not in half a minute."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while len(events := await _events(bench.stand_ins[name])) < at_least:
        if time.monotonic() > deadline:
            raise HTTPException(HTTPStatus.CONFLICT, f"{name} had {len(events)} calls, not {at_least}")
        await asyncio.sleep(LOOK_INTERVAL_S)
    return Calls(calls=[_reduced(event) for event in events])


@router.put("/{name}/mode")
async def set_mode(name: Name, mode: dict[str, Any], bench: BenchOf, response: Response) -> dict[str, Any]:
    """Say how a stand-in answers from now on; a call that hangs is answered by the new mode."""
    answer = await bench.stand_ins[name].post("/__mode", json=mode)
    response.status_code = answer.status_code
    body: dict[str, Any] = answer.json()
    return body


@router.post("/{name}/reset", status_code=HTTPStatus.NO_CONTENT)
async def reset(name: Name, bench: BenchOf) -> None:
    """Forget a stand-in's calls and its mode."""
    (await bench.stand_ins[name].post("/__reset")).raise_for_status()


async def reset_all(bench: Bench) -> None:
    """Forget the calls and the modes of all stand-ins."""
    for stand_in in bench.stand_ins.values():
        (await stand_in.post("/__reset")).raise_for_status()


async def _events(stand_in: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = (await stand_in.get("/__events")).raise_for_status()
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


def _reduced(event: dict[str, Any]) -> dict[str, Any]:
    if "headers" not in event:
        return event
    return event | {"headers": {name: event["headers"][name] for name in HEADERS if name in event["headers"]}}
