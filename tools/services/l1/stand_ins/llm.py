"""The stand-in's endpoint, and how a test sets its mode and reads what it was asked."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.l1.stand_ins.replies import Mode, parse_call, render_completion
from services.l1.stand_ins.scripts import Json
from services.serving import serve

router = APIRouter()


class Setting(BaseModel):
    """The current mode; `delay_s` matters to `slow` only."""

    mode: Mode = "ok"
    delay_s: Annotated[float, Field(ge=0, le=600)] = 60.0


class Event(BaseModel):
    """A call: its kind, `classify` or `node`, and the question; the prompt is always the same."""

    kind: str
    asked: Json


class Log(BaseModel):
    """The calls since the last reset, in the order they came."""

    count: int
    events: list[Event]


@dataclass
class State:
    """What the stand-in remembers between requests."""

    setting: Setting = field(default_factory=Setting)
    events: list[Event] = field(default_factory=list)


def app_from(_: Mapping[str, str]) -> FastAPI:
    """Build a stand-in with an empty log and nothing wrong with it."""
    app = FastAPI(title="Stand-in language model")
    app.state.memory = State()
    app.include_router(router)
    return app


def _memory(request: Request) -> State:
    memory = request.app.state.memory
    assert isinstance(memory, State)  # app_from puts it there
    return memory


Memory = Annotated[State, Depends(_memory)]


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the stand-in is up."""
    return {"status": "ok"}


@router.post("/v1/chat/completions")
async def complete(body: Json, memory: Memory, authorization: Annotated[str, Header()] = "") -> JSONResponse:
    """Answer a chat completion as the mode demands."""
    if not authorization.startswith("Bearer "):
        return JSONResponse({"error": {"message": "no API key", "type": "invalid_request_error"}}, 401)
    setting = memory.setting
    kind, asked = parse_call(body)
    # Logged before the answer: a call whose client gave up waiting was a call all the same.
    memory.events.append(Event(kind=kind, asked=asked))
    if setting.mode == "slow":
        await asyncio.sleep(setting.delay_s)
    if setting.mode == "down":
        return JSONResponse({"error": {"message": "overloaded", "type": "server_error"}}, 500)
    return JSONResponse(render_completion(body, setting.mode))


@router.get("/__events")
async def list_events(memory: Memory) -> Log:
    """Show every call since the last reset."""
    return Log(count=len(memory.events), events=memory.events)


@router.post("/__mode")
async def set_mode(setting: Setting, memory: Memory) -> Setting:
    """Choose what is wrong with the model from now on."""
    memory.setting = setting
    return setting


@router.post("/__reset")
async def reset(memory: Memory) -> Log:
    """Forget every call, and return to nothing being wrong."""
    memory.setting, memory.events = Setting(), []
    return Log(count=0, events=[])


if __name__ == "__main__":
    sys.exit(serve("services.l1.stand_ins.llm", app_from))
