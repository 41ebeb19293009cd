"""The two cassettes: one that plays by key, one that keeps what a live run sends and receives.

vcrpy captures in every mode; both classes are `vcr.cassette.Cassette`s, used through its public `use`. What is bent,
and only here: look-up is a dictionary instead of a scan with matchers, the order is that of the requests' start
instead of the responses' arrival, and vcrpy's own loading and saving do nothing, because goldens change together
or not at all (`transaction`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn

from vcr.cassette import Cassette, CassetteContextDecorator
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from goldtape.interaction import Interaction, Request, body_bytes
from goldtape.matching import nearest, request_key, select
from goldtape.redaction import Redactor
from goldtape.storage import Stored
from goldtape.wire import read_request, read_response

_PLAYED: list[int] = []
_TALKATIVE = ("httpx", "httpcore", "vcr", "urllib3", "aiohttp")
# The request that the running task sent last, for aiohttp names no other when it reports the redirects it followed.
_LAST: ContextVar[_Started | None] = ContextVar("last", default=None)
# The attempts that the running task is in, outermost first; a request belongs to all of them.
_ATTEMPTS: ContextVar[tuple[object, ...]] = ContextVar("attempts", default=())
HeadersFor = Callable[[str], frozenset[str]]
"""URI -> the names of the request headers that matter for its system; its origin alone decides."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A request without a recorded answer.

    `nearest` is the recorded interaction most like it, counted from 0, None when there is none.
    `exhausted` says that this very request was recorded, but every recording of it has been played.
    """

    request: Request
    nearest: int | None
    exhausted: bool


class UnmatchedRequest(Exception):
    """A test sent a request that its cassette does not hold; the message explains, `found` has the facts."""

    def __init__(self, found: Unmatched, message: str) -> None:
        self.found = found
        super().__init__(message)


class _Bent(Cassette):  # type: ignore[misc]  # vcrpy is untyped
    """What both cassettes change of vcrpy's."""

    mode: ClassVar[RecordMode]

    def __init__(self, path: str) -> None:
        super().__init__(path, record_mode=self.mode)

    def _load(self) -> None:  # there is nothing for vcrpy to load: it would parse and copy every interaction
        self.rewound = True

    def _save(self, force: bool = False) -> None:  # goldens are written by `transaction` alone
        pass


class ReplayCassette(_Bent):
    """Plays a stored cassette: each interaction once, identical requests in start order."""

    mode = RecordMode.NONE

    def __init__(
        self,
        path: str,
        stored: Stored,
        headers_for: HeadersFor,
        redactor: Redactor,
        complain: Callable[[Unmatched], str],
    ) -> None:
        super().__init__(path)
        self.stored = stored
        self.played: list[int] = []
        self.unmatched: list[Unmatched] = []
        self._headers_for, self._redactor, self._complain = headers_for, redactor, complain
        self._names: dict[str, frozenset[str]] = {}
        self._lock = threading.Lock()
        self._keys = [self._stored_key(index) for index in range(len(stored))]
        # Nearly every key is recorded once: a bare index costs the collector nothing, a list each would.
        self._waiting: dict[str, int | list[int]] = {}
        for index in reversed(range(len(stored))):
            self._put(self._keys[index], index)

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """True, with the answer remembered on the request for `play_response`; else raises.

        Raises:
            UnmatchedRequest: No recording of this request is left.
        """
        index = self._take(self._key_as_sent(request))
        if index is None:
            key = self._key(request)
            index = self._take(key)
            if index is None:
                self._refuse(request, key)
        request.goldtape_index = index
        return True

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """The recorded response, in the form that vcrpy's stubs turn into one of the client's library."""
        response = self.stored.response(request.goldtape_index)
        if "content-encoding" in response["headers"]:  # a large body, and not every client undoes that in replay
            received = read_response(response)
            response["headers"] = {name: [value] for name, value in received.headers.items()}
            response["body"]["string"] = body_bytes(received.body)
        return response

    def find_requests_with_most_matches(self, request: VcrRequest) -> list[tuple[VcrRequest]]:
        """The request itself: aiohttp's stub follows a redirect to whatever this names."""
        return [(request,)]

    @property
    def unplayed(self) -> list[int]:
        """The interactions that no request asked for, counted from 0."""
        return sorted(set(range(len(self.stored))).difference(self.played))

    def __len__(self) -> int:
        return len(self.stored)

    def _key_as_sent(self, request: VcrRequest) -> str | None:
        """The key of a request with its body as it is, or None when the rest of it has to be looked at.

        It saves looking into the body: recorded bodies hold no secrets, so neither does one that equals a recorded one.
        """
        headers, body = dict(request.headers.lower_items()), request.body
        plain = (body is None or isinstance(body, bytes)) and not _is_wrapped(headers)
        if not plain or self._redactor.may_concern(request.uri, headers, None):
            return None
        return request_key(request.method, request.uri, select(headers, self._names_for(request.uri)), body)

    def _key(self, request: VcrRequest) -> str:
        cleaned = self._redactor.redact_request(read_request(request))
        headers = select(cleaned.headers, self._names_for(request.uri))
        return request_key(cleaned.method, cleaned.uri, headers, body_bytes(cleaned.body))

    def _stored_key(self, index: int) -> str:
        raw = self.stored.request(index)
        body, headers = raw.body, raw.headers
        if "content-encoding" in headers:
            request = self.stored.interaction(index).request
            body, headers = body_bytes(request.body), request.headers
        return request_key(raw.method, raw.uri, select(headers, self._names_for(raw.uri)), body)

    def _names_for(self, uri: str) -> frozenset[str]:
        """The names of the headers that matter, asked for once an origin: scheme and host decide."""
        origin = "/".join(uri.split("/", 3)[:3])
        names = self._names.get(origin)
        if names is None:
            names = self._names[origin] = self._headers_for(uri)
        return names

    def _put(self, key: str, index: int) -> None:
        waiting = self._waiting.get(key)
        if waiting is None:
            self._waiting[key] = index
        elif isinstance(waiting, list):
            waiting.append(index)
        else:
            self._waiting[key] = [waiting, index]

    def _take(self, key: str | None) -> int | None:
        """Play the next interaction with this key, if one is left; None is no recording's key."""
        if key not in self._waiting:
            return None
        with self._lock:
            waiting = self._waiting[key]
            if isinstance(waiting, int):
                self._waiting[key] = _PLAYED
                index = waiting
            elif waiting:
                index = waiting.pop()  # lists stand in reverse
            else:
                return None
            self.played.append(index)
            return index

    def _refuse(self, request: VcrRequest, key: str) -> NoReturn:
        sent = self._redactor.redact_request(read_request(request))
        sent = replace(sent, headers=dict(select(sent.headers, self._headers_for(request.uri))))
        found = Unmatched(sent, nearest(key, self._keys, set(self.played)), key in self._waiting)
        self.unmatched.append(found)
        raise UnmatchedRequest(found, self._complain(found))


@dataclass(slots=True)
class _Started:
    """A request on its way: where it was sent from, and its response once there is one."""

    request: VcrRequest
    lane: object | None
    attempts: tuple[object, ...]
    response: dict[str, Any] | None = None


class LiveCassette(_Bent):
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


@contextmanager
def capturing(cassette: _Bent) -> Iterator[None]:
    """vcrpy's patches, around a cassette that is made already instead of one for vcrpy to load.

    The libraries' own log of every URL is turned down meanwhile: pytest shows it when a test fails, and a query can
    hold a secret.
    """
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logging.WARNING, logger.level))
    try:
        with CassetteContextDecorator(_Made(cassette), lambda: {"path": cassette.path}):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@dataclass(frozen=True, slots=True)
class _Made:
    """Stands where vcrpy expects the class to load a cassette with."""

    cassette: _Bent

    def load(self, **_: object) -> _Bent:
        return self.cassette


def _is_wrapped(headers: Mapping[str, str]) -> bool:
    """Whether a body has to be unpacked before it can be compared with a recorded one."""
    return "content-encoding" in headers or headers.get("content-type", "").startswith("multipart/")


def all_interactions(stored: Stored) -> Sequence[Interaction]:
    """Every interaction of a stored cassette, parsed, in file order."""
    return [stored.interaction(index) for index in range(len(stored))]
