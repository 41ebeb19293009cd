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

from goldtape.canonical.pipeline import Captured, Pipeline
from goldtape.cassette.base import Canonical, TestCassette
from goldtape.cassette.faults import Fault, Unanswered
from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.interaction import Interaction

# The request that the running task sent last, for aiohttp names no other when it reports the redirects it followed.
_LAST: ContextVar[_Started | None] = ContextVar("last", default=None)
# The attempts that the running task is in, outermost first; a request belongs to all of them.
_ATTEMPTS: ContextVar[tuple[object, ...]] = ContextVar("attempts", default=())


@dataclass(slots=True)
class _Started:
    """A request on its way: where it was sent from, whether others were on theirs, its response once there is one."""

    request: VcrRequest
    lane: object | None
    attempts: tuple[object, ...]
    overlapped: bool = False
    response: dict[str, Any] | None = None


class LiveCassette(TestCassette):
    """Lets every request through to the service and keeps the interactions in the order of their start."""

    mode = RecordMode.ALL

    def __init__(self, path: str, pipeline: Pipeline) -> None:
        super().__init__(path)
        self._pipeline = pipeline
        self._capturing = True
        self._lock = threading.Lock()
        self._started: list[_Started] = []
        self._in_flight: set[int] = set()
        self._lane: object | None = None

    # ---------------------------------------------------------------- for vcrpy

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Always False, which sends the request on; notes that it started."""
        if self._capturing:
            with self._lock:
                request.goldtape_started = _Started(request, self._lane, _ATTEMPTS.get(), bool(self._in_flight))
                self._started.append(request.goldtape_started)
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

    # ---------------------------------------------------------------- for the test

    @property
    def position(self) -> int:
        """How many requests have started."""
        return len(self._started)

    @contextmanager
    def concurrently(self) -> Iterator[None]:
        """Give what is sent inside a lane of its own, in which actors come in their order."""
        self._lane = object()
        try:
            yield
        finally:
            self._lane = None

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

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Keep nothing of what is sent inside."""
        before, self._capturing = self._capturing, False
        try:
            yield
        finally:
            self._capturing = before

    # ---------------------------------------------------------------- for its goldens

    def end(self) -> None:
        """Keep nothing from here on."""
        self._capturing = False

    def faults(self, failed: bool) -> list[Fault]:
        """The requests that got no response."""
        if failed or not (lost := [one.request for one in self._started if one.response is None]):
            return []
        redactor = self._pipeline.redactor()
        return [Unanswered(tuple(redactor.redact_request(read_request(request)) for request in lost))]

    def interactions(self, canonical: Canonical) -> list[Interaction]:
        """Every answered interaction, made canonical in the order of the start."""
        return canonical(
            [
                Captured(Interaction(read_request(one.request), read_response(one.response)), one.lane, one.overlapped)
                for one in self._started
                if one.response is not None
            ]
        )

    def __len__(self) -> int:
        return len(self._started)
