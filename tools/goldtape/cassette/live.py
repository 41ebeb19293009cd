"""The cassette that lets requests through and keeps what travels, in the order in which requests start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from goldtape.cassette.base import BentCassette
from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.interaction import Interaction

# The request that the running task sent last, for aiohttp names no other when it reports the redirects it followed.
_LAST: ContextVar[_Started | None] = ContextVar("last", default=None)
# The attempts that the running task is in, outermost first; a request belongs to all of them.
_ATTEMPTS: ContextVar[tuple[object, ...]] = ContextVar("attempts", default=())


@dataclass(slots=True)
class _Started:
    """A request on its way: where it was sent from, and its response once there is one."""

    request: VcrRequest
    lane: object | None
    attempts: tuple[object, ...]
    response: dict[str, Any] | None = None


class LiveCassette(BentCassette):
    """Lets every request through to the service and keeps the interactions in the order of their start.

    `overlapped` says that a request started while another was on its way.
    """

    mode = RecordMode.ALL

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.capturing = True
        self._lock = threading.Lock()
        self._started: list[_Started] = []
        self._in_flight: set[int] = set()
        self.overlapped = False
        self.lane: object | None = None

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Always False, which sends the request on; notes that it started."""
        if self.capturing:
            with self._lock:
                request.goldtape_started = _Started(request, self.lane, _ATTEMPTS.get())
                self._started.append(request.goldtape_started)
                self.overlapped |= bool(self._in_flight)
                self._in_flight.add(id(request.goldtape_started))
        _LAST.set(getattr(request, "goldtape_started", None))
        return False

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Keep a response beside the request that it answers."""
        started = getattr(request, "goldtape_started", None) or _LAST.get()
        if started is None:
            return
        with self._lock:
            if started.response is None:
                self._in_flight.discard(id(started))
            else:  # a further hop of a redirect
                place = self._started.index(started) + 1
                started = _Started(request, started.lane, started.attempts)
                self._started.insert(place, started)
                _LAST.set(started)
            started.response = response

    def mark(self) -> int:
        """How many requests have started."""
        return len(self._started)

    @contextmanager
    def attempt(self) -> Iterator[object]:
        """Mark what the task sends inside, and the tasks that it starts there, so that it can be forgotten."""
        attempt = object()
        outside = _ATTEMPTS.set((*_ATTEMPTS.get(), attempt))
        try:
            yield attempt
        finally:
            _ATTEMPTS.reset(outside)

    def forget(self, attempt: object) -> None:
        """Drop the requests of an attempt that came to nothing; those of other tasks stay."""
        with self._lock:
            self._in_flight -= {id(one) for one in self._started if attempt in one.attempts}
            self._started = [one for one in self._started if attempt not in one.attempts]

    def unanswered(self) -> list[VcrRequest]:
        """The requests that started and got no response: the connection failed or timed out."""
        return [one.request for one in self._started if one.response is None]

    def captured(self) -> list[tuple[Interaction, object | None]]:
        """Every answered interaction with the lane it started in, in the order of the start."""
        return [
            (Interaction(read_request(one.request), read_response(one.response)), one.lane)
            for one in self._started
            if one.response is not None
        ]

    def __len__(self) -> int:
        return len(self._started)
