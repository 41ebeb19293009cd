"""What stands in for a service that nobody has here: it logs its calls, and answers them well or as a mode says.

    GET  /__events   the calls since the last reset, in order of arrival
    POST /__mode     what to do with the calls from now on; what is left out has its default
    POST /__reset    no calls, default mode

A call that hangs waits for the next mode, and is answered by that.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from typing import Any, ClassVar, Generic, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, ValidationError, field_validator
from uvicorn.protocols.http.h11_impl import H11Protocol

from services import health
from services.serving import serve

Event = dict[str, Any]

_EVERYWHERE = re.compile(r"normal|hang|reset|http_[1-5]\d\d")
_LINGER_0 = struct.pack("ii", 1, 0)


class Mode(BaseModel):
    """How calls are answered: for `times` calls (None: for all) after the first `skip`; the others normally.

    `response_type` breaks the answer: hang, reset, http_NNN with `message`, or one of `WORDS`. An answer comes
    `delay_s` seconds late.
    """

    model_config = ConfigDict(extra="forbid")

    WORDS: ClassVar[tuple[str, ...]] = ()

    response_type: str = "normal"
    message: str | None = None
    delay_s: NonNegativeFloat = 0
    skip: NonNegativeInt = 0
    times: NonNegativeInt | None = None

    @field_validator("response_type")
    @classmethod
    def _check_response_type(cls, text: str) -> str:
        if not _EVERYWHERE.fullmatch(text) and text not in cls.WORDS:
            raise ValueError(f"use one of {', '.join(('normal', 'hang', 'reset', 'http_NNN', *cls.WORDS))}")
        return text


M = TypeVar("M", bound=Mode)


class StandIn(Generic[M]):
    """A stand-in without a service: subclasses add the routes and the words.

    Args:
        normal: the default mode, which nothing is wrong with.
    """

    title = ""

    def __init__(self, normal: M) -> None:
        self._normal = self._mode = normal
        self._events: list[Event] = []
        self._calls_in_mode = 0
        self._changed = asyncio.Condition()

    def app(self) -> FastAPI:
        """Build the application; all its routes share this object."""
        app = FastAPI(title=self.title)
        app.include_router(health.router)
        app.add_api_route("/__events", self._list_events, methods=["GET"])
        app.add_api_route("/__mode", self._set_mode, methods=["POST"], response_model=None)
        app.add_api_route("/__reset", self._reset, methods=["POST"])
        self.add_routes(app)
        return app

    @property
    def mode(self) -> M:
        """The mode that calls are answered in."""
        return self._mode

    def add_routes(self, app: FastAPI) -> None:
        """Add the service's own routes, which come after the common ones."""
        raise NotImplementedError

    def refusal(self, status: int, message: str) -> Response:
        """Answer with an HTTP error."""
        return JSONResponse({"detail": message}, status)

    async def admit(self, request: Request, event: Event) -> M | Response:
        """Log a call, then delay, hang or break it as the mode says.

        Returns:
            The mode for an answer in the service's own words, or an answer that is ready.
        """
        # Logged before the answer: a call whose client gave up waiting was a call all the same.
        self._events.append(event)
        mode = self._next_mode()
        await asyncio.sleep(mode.delay_s)
        while mode.response_type == "hang":
            mode = await self._mode_after(mode)
        if mode.response_type == "reset":
            _reset_connection(request)
            return Response()
        if mode.response_type.startswith("http_"):
            return self.refusal(int(mode.response_type.removeprefix("http_")), mode.message or "forced")
        return mode

    def _next_mode(self) -> M:
        place = self._calls_in_mode - self._mode.skip
        self._calls_in_mode += 1
        is_on = place >= 0 and (self._mode.times is None or place < self._mode.times)
        return self._mode if is_on else self._normal

    async def _mode_after(self, mode: M) -> M:
        async with self._changed:
            await self._changed.wait_for(lambda: self._mode is not mode)
        return self._next_mode()

    async def _change(self, mode: M) -> None:
        async with self._changed:
            self._mode, self._calls_in_mode = mode, 0
            self._changed.notify_all()

    async def _list_events(self) -> dict[str, list[Event]]:
        return {"events": self._events}

    async def _set_mode(self, body: dict[str, Any]) -> M:
        # Judged here and not by FastAPI, which would take the type of the mode from this line.
        try:
            mode = type(self._normal).model_validate(body)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        await self._change(mode)
        return mode

    async def _reset(self) -> dict[str, str]:
        self._events.clear()
        await self._change(self._normal)
        return {"status": "ok"}


def serve_stand_in(module: str, stand_in: StandIn[Any]) -> int:
    """Serve a stand-in as `serve` does a service, so that it can break the connection a call came over."""
    return serve(module, lambda _: stand_in.app(), protocol=_Breakable)


class _Breakable(H11Protocol):
    """Gives every request the transport it came over, in `request.state.transport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # asyncio types this more widely than uvicorn, which serves nothing but stream transports.
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _reset_connection(request: Request) -> None:
    """Close the request's connection so that the other side sees a reset, not an end."""
    transport: asyncio.Transport = request.state.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    transport.abort()
