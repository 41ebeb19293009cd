"""Routes that reach the stand-in model: what is wrong with it, and what it was asked."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends

from services.l1.errors import LLMUnavailable
from services.l1.support.resources import Shared

Json = dict[str, Any]

router = APIRouter(prefix="/llm")


class StandIn:
    """The stand-in's own routes; a model that has none of them is not the stand-in."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str) -> Json:
        """Return the JSON of a GET."""
        return await self._send("GET", path, None)

    async def post(self, path: str, body: Json | None = None) -> Json:
        """Return the JSON of a POST."""
        return await self._send("POST", path, body)

    async def _send(self, method: str, path: str, body: Json | None) -> Json:
        try:
            response = await self._http.request(method, path, json=body)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise LLMUnavailable("llm_stand_in_unavailable") from error
        answer: Json = response.json()
        return answer


def _stand_in(shared: Shared) -> StandIn:
    return StandIn(shared.llm)


LanguageModel = Annotated[StandIn, Depends(_stand_in)]


@router.get("/events")
async def list_events(llm: LanguageModel) -> Json:
    """Show every call of the model since the last reset, in order, and how many there were."""
    return await llm.get("/__events")


@router.put("/mode")
async def set_mode(body: Json, llm: LanguageModel) -> Json:
    """Choose what is wrong with the model: `{"mode": "slow", "delay_s": 2}`."""
    return await llm.post("/__mode", body)


@router.post("/reset")
async def reset(llm: LanguageModel) -> Json:
    """Forget the calls, and return to nothing being wrong."""
    return await llm.post("/__reset")
