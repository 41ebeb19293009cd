"""The cassette that lets requests through and keeps the interactions, in the order in which requests start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.base import Canonical, TestCassette
from goldtape.cassette.doors import Call
from goldtape.cassette.faults import Fault, Unanswered
from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.interaction import Interaction, Response, unanswered

# The request that the running task sent last: aiohttp does not say which request led to a redirect.
_LAST: ContextVar[_Started | None] = ContextVar("last", default=None)
# The attempts that the running task is in, outermost first; a request belongs to all of them.
_ATTEMPTS: ContextVar[tuple[object, ...]] = ContextVar("attempts", default=())


@dataclass(slots=True, eq=False)
class _Started:
    """A request on its way, where it was sent from, whether others were on their way too, and what came of it.

    `why` is the text for `unanswered`, when the client has given the request up.
    """

    request: VcrRequest
    lane: object | None
    attempts: tuple[object, ...]
    overlapped: bool = False
    afterwards: bool = False
    at: datetime = field(default_factory=lambda: datetime.now().astimezone())
    response: dict[str, Any] | None = None
    why: str = ""

    @property
    def is_over(self) -> bool:
        return self.response is not None or bool(self.why)

    def received(self) -> Response:
        return unanswered(self.why) if self.response is None else read_response(self.response)


class LiveCassette(TestCassette):
    """Lets every request through to the service and keeps the interactions in the order of their start."""

    def __init__(self, path: str, pipeline: Pipeline) -> None:
        super().__init__(path, record_mode=RecordMode.ALL)
        self._pipeline = pipeline
        self._capturing, self._afterwards = True, False
        self._lock = threading.Lock()
        self._started: list[_Started] = []
        self._in_flight: set[_Started] = set()
        self._lane: object | None = None

    # ---------------------------------------------------------------- for vcrpy

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Always False, which sends the request on; notes that it started."""
        started = None
        if self._capturing:
            with self._lock:
                started = _Started(request, self._lane, _ATTEMPTS.get(), bool(self._in_flight), self._afterwards)
                self._started.append(started)
                self._in_flight.add(started)
        request.goldtape_started = started
        _LAST.set(started)
        return False

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Keep a response beside the request that it answers."""
        started = getattr(request, "goldtape_started", None) or _LAST.get()
        if started is None:
            return
        with self._lock:
            if started.response is None:
                self._in_flight.discard(started)
            else:  # a further hop of a redirect
                place = self._started.index(started) + 1
                started = replace(started, request=request, response=None)
                self._started.insert(place, started)
                _LAST.set(started)
            started.response = response

    @contextmanager
    def sending(self, call: Call) -> Iterator[None]:
        before = _LAST.set(None)
        try:
            yield
        except Exception as error:
            started = _LAST.get()
            if started is not None and started.response is None:
                with self._lock:
                    started.why = call.why(error)
                    self._in_flight.discard(started)
            raise
        finally:
            _LAST.reset(before)

    # ---------------------------------------------------------------- for the test

    @property
    def position(self) -> int:
        return len(self._started)

    @contextmanager
    def concurrently(self) -> Iterator[None]:
        # The requests get a lane of their own; the pipeline sorts a lane by actor.
        self._lane = object()
        try:
            yield
        finally:
            self._lane = None

    @contextmanager
    def attempt(self) -> Iterator[object]:
        attempt = object()
        outside = _ATTEMPTS.set((*_ATTEMPTS.get(), attempt))
        try:
            yield attempt
        finally:
            _ATTEMPTS.reset(outside)

    def forget(self, attempt: object) -> None:
        with self._lock:
            self._in_flight = {one for one in self._in_flight if attempt not in one.attempts}
            self._started = [one for one in self._started if attempt not in one.attempts]

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        before, self._capturing = self._capturing, False
        try:
            yield
        finally:
            self._capturing = before

    # ---------------------------------------------------------------- for its goldens

    @property
    def afterwards(self) -> int:
        return sum(one.afterwards for one in self._started if one.is_over)

    def turn(self) -> None:
        self._afterwards = True

    def end(self) -> None:
        self._capturing = False

    def faults(self, failed: bool) -> list[Fault]:
        lost = [one.request for one in self._started if not one.is_over]
        if failed or not lost:
            return []
        redactor = self._pipeline.redactor()
        return [Unanswered(tuple(redactor.redact_request(read_request(request)) for request in lost))]

    def interactions(self, canonical: Canonical) -> list[Interaction]:
        return canonical(
            [
                Captured(Interaction(read_request(one.request), one.received()), one.lane, one.overlapped, one.at)
                for one in self._started
                if one.is_over
            ]
        )
