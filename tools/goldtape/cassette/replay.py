"""The cassette that plays: it finds an answer by the key of the request, and plays each answer once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from typing import Any, NoReturn

from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from goldtape.canonical.cookies import apart, pairs, to_send_back
from goldtape.canonical.headers import RequestHeaders
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.base import Canonical, TestCassette
from goldtape.cassette.doors import ANY, Call
from goldtape.cassette.faults import Fault, OutOfOrder, Unmatched, UnmatchedRequest, Unplayed
from goldtape.cassette.key import nearest, request_key, select
from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.interaction import Interaction, body_bytes
from goldtape.exchange.uri import matched_uri
from goldtape.goldens.cassette_file import Stored

Headers = list[tuple[str, str]]
# The call of a client that the running task is in.
_CALL: ContextVar[Call] = ContextVar("call", default=ANY)


class ReplayCassette(TestCassette):
    """Plays a stored cassette: each interaction once, identical requests in the order of their start."""

    def __init__(self, path: str, stored: Stored, pipeline: Pipeline, complain: Callable[[Unmatched], str]) -> None:
        super().__init__(path, record_mode=RecordMode.NONE)
        self.stored = stored
        self.played: list[int] = []
        self._unmatched: list[Unmatched] = []
        self._blocks: list[range] = []
        self._redactor, self._complain = pipeline.redactor(), complain
        self._headers_of = cache(pipeline.request_headers)
        # A client sends the same headers again and again. The redactor that decides about them knows no secret yet.
        self._unknowing = pipeline.redactor()
        self._plain_headers = lru_cache(maxsize=256)(self._select_plain)
        self._lock = threading.Lock()
        self._keys = [self._stored_key(index) for index in range(len(stored))]
        # The interactions that are played now: those of the body, later those of the teardown.
        self._part = range(len(stored) - stored.afterwards)
        self._same_key_after: dict[int, int | None] = {}
        self._next = self._firsts()

    # ---------------------------------------------------------------- for vcrpy

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
        """The recorded response, in the form that vcrpy's stubs turn into a response of the client's library.

        If there was none, the client raises again what it raised when the test was recorded.
        """
        response = self.stored.response(request.goldtape_index)
        if not response.get("answered", True):
            raise _CALL.get().error(response["status"]["message"], request.uri)
        if "content-encoding" in response["headers"]:  # a large body, and not every client unpacks it in replay
            received = read_response(response)
            response["headers"] = {name: [value] for name, value in received.headers.items()}
            response["body"]["string"] = body_bytes(received.body)
        if "set-cookie" in response["headers"]:  # the one header whose values cannot be joined by commas
            cookies = _apart(response)
            response["headers"]["set-cookie"] = [to_send_back(one, request.uri, self._sent_back) for one in cookies]
        return response

    def find_requests_with_most_matches(self, request: VcrRequest) -> list[tuple[VcrRequest]]:
        """The request itself, because aiohttp's stub follows a redirect to the first request in this answer.

        The stub gives it the cookies of the request before, whatever the redirect has set. So it gets those that the
        client's jar made of it in the live run.
        """
        uri, played = matched_uri(request.uri), set(self.played)
        recorded = {index: self.stored.request(index) for index in self._part if index not in played}
        carried = [one.headers.get("cookie", "") for one in recorded.values() if matched_uri(one.uri) == uri]
        if carried:
            fresh = {next(pairs(one)) for one in _apart(self.stored.response(self.played[-1]))}
            request.headers["cookie"] = max(carried, key=lambda header: len(fresh.intersection(pairs(header))))
            if not request.headers["cookie"]:
                del request.headers["cookie"]
        return [(request,)]

    @contextmanager
    def sending(self, call: Call) -> Iterator[None]:
        before = _CALL.set(call)
        try:
            yield
        finally:
            _CALL.reset(before)

    @cached_property
    def _sent_back(self) -> frozenset[tuple[str, str]]:
        """The names and values of the cookies that the recorded requests carry."""
        headers = (self.stored.request(index).headers.get("cookie", "") for index in range(len(self.stored)))
        return frozenset(pair for header in headers for pair in pairs(header))

    # ---------------------------------------------------------------- for the test

    @property
    def position(self) -> int:
        return len(self.played)

    @contextmanager
    def concurrently(self) -> Iterator[None]:
        start = len(self.played)
        try:
            yield
        finally:
            self._blocks.append(range(start, len(self.played)))

    def unrecorded(self) -> NoReturn:
        raise RuntimeError("unrecorded requests need a service: ask `if goldtape.live:` first")

    # ---------------------------------------------------------------- for its goldens

    @property
    def afterwards(self) -> int:
        return self.stored.afterwards

    def turn(self) -> None:
        # Body and teardown never play each other's answers.
        with self._lock:
            self._part = range(self._part.stop, len(self.stored))
            self._next = self._firsts()

    def faults(self, failed: bool) -> list[Fault]:
        """Requests without an answer; if there are none, answers without a request; if none again, another order."""
        if self._unmatched or failed:
            return [*self._unmatched]
        if left := tuple(sorted(set(self._part).difference(self.played))):
            return [Unplayed(left)]
        due_and_asked = zip(self._part, self.played[self._part.start :], strict=True)
        moved = (OutOfOrder(asked, due) for due, asked in due_and_asked if not self._in_place(asked, due))
        return list(itertools.islice(moved, 1))

    def interactions(self, canonical: Canonical) -> list[Interaction]:
        return self.stored.interactions()  # they are canonical already

    def _firsts(self) -> dict[str | None, int | None]:
        """Key -> the interaction of the part that is played next, None when all are played.

        Most keys are recorded once, so a list for each of them would only cost time in the garbage collector.
        """
        following: dict[str | None, int | None] = {}
        for index in reversed(self._part):
            key = self._keys[index]
            if key in following:
                self._same_key_after[index] = following[key]
            following[key] = index
        return following

    def _in_place(self, asked: int, due: int) -> bool:
        """Whether the answer `asked` came where `due` was recorded, or where another of its concurrent block was.

        The interactions of a block were recorded one after the other, and the test says in replay too where a block
        begins and ends.
        """
        return asked == due or any(asked in block and due in block for block in self._blocks)

    def _key_as_sent(self, request: VcrRequest) -> str | None:
        """The key of a request with its body as it is, or None when secrets have to be looked for.

        It saves looking into the body: recorded bodies hold no secrets, and so does one that equals a recorded one.
        """
        body = request.body
        if not (body is None or isinstance(body, bytes)) or self._redactor.may_concern(request.uri, {}):
            return None
        headers = self._plain_headers(self._names_for(request.uri), tuple(request.headers.lower_items()))
        return None if headers is None else request_key(request.method, request.uri, headers, body)

    def _select_plain(self, names: frozenset[str], headers: tuple[tuple[str, str], ...]) -> Headers | None:
        """The headers that matter, or None when they can hold secrets or say that the body is packed."""
        given = dict(headers)
        if _is_wrapped(given) or self._unknowing.may_concern("", given):
            return None
        return select(given, names)

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

    def _names_for(self, uri: str) -> RequestHeaders:
        """The names of the headers that matter; scheme and host decide, so one look-up an origin is enough."""
        return self._headers_of("/".join(uri.split("/", 3)[:3]))

    def _take(self, key: str | None) -> int | None:
        """Play the next interaction with this key; None when none is left."""
        with self._lock:
            index = self._next.get(key)
            if index is not None:
                self._next[key] = self._same_key_after.get(index)
                self.played.append(index)
            return index

    def _refuse(self, request: VcrRequest, key: str) -> NoReturn:
        sent = self._redactor.redact_request(read_request(request))
        sent = replace(sent, headers=dict(select(sent.headers, self._names_for(request.uri))))
        recorded = [index for index, its in enumerate(self._keys) if its == key]
        closest = recorded[-1] if recorded else nearest(key, self._keys, set(self.played))
        found = Unmatched(sent, closest, exhausted=bool(recorded))
        self._unmatched.append(found)
        raise UnmatchedRequest(found, self._complain(found))


def _apart(response: Mapping[str, Any]) -> list[str]:
    """The cookies that a stored response sets."""
    values = response["headers"].get("set-cookie", ())
    return apart(", ".join(values)) if values else []


def _is_wrapped(headers: Mapping[str, str]) -> bool:
    """Whether a body has to be unpacked before it can be compared with a recorded one."""
    return "content-encoding" in headers or headers.get("content-type", "").startswith("multipart/")
