"""Routes that reach the stand-in model: what is wrong with it, and what it was asked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import httpx
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.l1.errors import NotFound
from services.l1.support.bodies import Body
from services.state import state

# What the stand-in calls these; the others have the same name there.
RESPONSE_TYPES = {"ok": "normal", "slow": "normal", "down": "http_500"}

router = APIRouter(prefix="/llm")


class ModelMode(Body):
    """What is wrong with the model from now on; `delay_s` matters to `slow` only."""

    mode: Literal["ok", "out_of_scope", "slow", "down", "nonsense", "incomplete", "refusal", "empty"] = "ok"
    delay_s: Annotated[float, Field(ge=0, le=600)] = 60.0


class Calls(BaseModel):
    """The calls since the last reset, in the order they came."""

    count: int
    events: list[dict[str, Any]]


def _stand_in(llm: Annotated[httpx.AsyncClient | None, state("llm")]) -> httpx.AsyncClient:
    if llm is None:
        raise NotFound("L1_LLM_BASE_URL is not set for the support API")
    return llm


LanguageModel = Annotated[httpx.AsyncClient, Depends(_stand_in)]


@router.get("/events")
async def list_events(llm: LanguageModel) -> Calls:
    """Show every call of the model, and how many there were."""
    events = (await llm.get("/__events")).raise_for_status().json()["events"]
    return Calls(count=len(events), events=events)


@router.put("/mode")
async def set_mode(body: ModelMode, llm: LanguageModel) -> ModelMode:
    """Choose what is wrong with the model."""
    response_type = RESPONSE_TYPES.get(body.mode, body.mode)
    mode = {"response_type": response_type, "delay_s": body.delay_s if body.mode == "slow" else 0}
    (await llm.post("/__mode", json=mode)).raise_for_status()
    return body


@router.post("/reset")
async def reset(llm: LanguageModel) -> Calls:
    """Forget the calls, and return to nothing being wrong."""
    (await llm.post("/__reset")).raise_for_status()
    return Calls(count=0, events=[])
