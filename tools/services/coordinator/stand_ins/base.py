"""What the three fakes have in common: a log of calls, a mode, and three routes beside the real ones.

    GET  /__events   the calls since the last reset, in order of arrival
    POST /__mode     what to do with the calls from now on; what is left out has its default
    POST /__reset    no calls, default mode

A call that hangs waits for the next mode, and is answered by that.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.coordinator.stand_ins.serving import reset_connection

Event = dict[str, Any]

_COMMON = r"normal|hang|reset|http_[1-5]\d\d"
_OF_FOI = "non_dict|unparsable|missing_result|empty_result"


class Mode(BaseModel):
    """How calls are answered.

    `ok` false refuses, in the words of each service. `response_type` breaks the answer. The mode holds for
    `times` calls (None: for all) after the first `skip`; before and after, calls are answered normally.
    """

    model_config = ConfigDict(extra="forbid")

    ok: bool = True
    response_type: Annotated[str, Field(pattern=f"^({_COMMON}|{_OF_FOI})$")] = "normal"
    message: str | None = None
    failure_reason: str = "invalid password"
    detailed_failure_reason: str = "forced"
    delay_s: float = 0
    skip: int = 0
    times: int | None = None


NORMAL = Mode()


class Fake:
    """A fake without a service; subclasses add the routes and the words."""

    title = ""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._mode = NORMAL
        self._calls_in_mode = 0
        self._changed = asyncio.Condition()

    def app(self) -> FastAPI:
        """Build the application; all its routes share this object."""
        app = FastAPI(title=self.title)
        app.add_api_route("/healthz", self._healthz, methods=["GET"])
        app.add_api_route("/__events", self._list_events, methods=["GET"])
        app.add_api_route("/__mode", self._set_mode, methods=["POST"])
        app.add_api_route("/__reset", self._reset, methods=["POST"])
        self.add_routes(app)
        return app

    def add_routes(self, app: FastAPI) -> None:
        """Add the service's own routes, which come after the common ones."""
        raise NotImplementedError

    def broken(self, mode: Mode) -> Response:
        """Answer a call whose response_type is the service's own."""
        return self.refusal(200, f"{mode.response_type} is not a mode of {self.title}")

    def refusal(self, status: int, message: str) -> Response:
        """Answer with an HTTP error."""
        return JSONResponse({"detail": message}, status)

    async def admit(self, request: Request, event: Event) -> Mode | Response:
        """Log a call, then delay, hang or break it as the mode says.

        Returns:
            The mode for an answer in the service's own words, or an answer that is ready.
        """
        self._events.append(event)
        mode = self._next_mode()
        await asyncio.sleep(mode.delay_s)
        while mode.response_type == "hang":
            mode = await self._after_a_change()
        if mode.response_type == "normal":
            return mode
        if mode.response_type == "reset":
            reset_connection(request)
            return Response()
        if mode.response_type.startswith("http_"):
            return self.refusal(int(mode.response_type.removeprefix("http_")), mode.message or "forced")
        return self.broken(mode)

    def _next_mode(self) -> Mode:
        place = self._calls_in_mode - self._mode.skip
        self._calls_in_mode += 1
        is_on = place >= 0 and (self._mode.times is None or place < self._mode.times)
        return self._mode if is_on else NORMAL

    async def _after_a_change(self) -> Mode:
        async with self._changed:
            await self._changed.wait()
        return self._next_mode()

    async def _change(self, mode: Mode) -> None:
        async with self._changed:
            self._mode, self._calls_in_mode = mode, 0
            self._changed.notify_all()

    async def _healthz(self) -> dict[str, str]:
        return {"status": "ok"}

    async def _list_events(self) -> dict[str, list[Event]]:
        return {"events": self._events}

    async def _set_mode(self, mode: Mode) -> Mode:
        await self._change(mode)
        return mode

    async def _reset(self) -> dict[str, str]:
        self._events.clear()
        await self._change(NORMAL)
        return {"status": "ok"}


async def json_call(request: Request) -> Event:
    """Describe a call with a JSON body; a body that is no JSON is kept as text."""
    try:
        body = await request.json()
    except ValueError:
        body = (await request.body()).decode("utf-8", "replace")
    return {"path": request.url.path, "headers": dict(request.headers), "body": body}
