"""The cassette that plays: an answer is found by the key of its request, each is played once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any, NoReturn

from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.base import Canonical, TestCassette
from goldtape.cassette.faults import Fault, OutOfOrder, Unmatched, UnmatchedRequest, Unplayed
from goldtape.cassette.key import nearest, request_key, select
from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.interaction import Interaction, body_bytes
from goldtape.goldens.cassette_file import Stored

_PLAYED: list[int] = []


class ReplayCassette(TestCassette):
    """Plays a stored cassette: each interaction once, identical requests in start order."""

    mode = RecordMode.NONE

    def __init__(self, path: str, stored: Stored, pipeline: Pipeline, complain: Callable[[Unmatched], str]) -> None:
        super().__init__(path)
        self.stored = stored
        self.played: list[int] = []
        self._unmatched: list[Unmatched] = []
        self._in_order = True
        self._headers_for, self._redactor, self._complain = pipeline.request_headers, pipeline.redactor(), complain
        self._names: dict[str, frozenset[str]] = {}
        self._lock = threading.Lock()
        self._keys = [self._stored_key(index) for index in range(len(stored))]
        # Nearly every key is recorded once: a bare index costs the collector nothing, a list each would.
        self._waiting: dict[str, int | list[int]] = {}
        for index in reversed(range(len(stored))):
            self._put(self._keys[index], index)

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

    # ---------------------------------------------------------------- for the test

    @property
    def position(self) -> int:
        """How many interactions have been played."""
        return len(self.played)

    @contextmanager
    def concurrently(self) -> Iterator[None]:
        """From here on the test's requests may come in any order."""
        self._in_order = False
        yield

    def attempt(self) -> AbstractContextManager[object]:
        """Nothing: the recording holds the last attempt only."""
        return nullcontext()

    def forget(self, attempt: object) -> None:
        """Nothing: what was played is played."""

    def unrecorded(self) -> NoReturn:
        """Refuse: there is no service to clean up.

        Raises:
            RuntimeError: Always.
        """
        raise RuntimeError("unrecorded requests need a service: ask `if goldtape.live:` first")

    # ---------------------------------------------------------------- for its goldens

    def end(self) -> None:
        """Nothing: a request without a recorded answer is refused whenever it comes."""

    def faults(self, failed: bool) -> list[Fault]:
        """Requests without an answer, or else answers without a request, or else another order."""
        if self._unmatched or failed:
            return [*self._unmatched]
        if left := tuple(sorted(set(range(len(self.stored))).difference(self.played))):
            return [Unplayed(left)]
        if self._in_order:
            moved = (OutOfOrder(asked, due) for due, asked in enumerate(self.played) if asked != due)
            return list(itertools.islice(moved, 1))
        return []

    def interactions(self, canonical: Canonical) -> list[Interaction]:
        """What is stored, which is canonical already."""
        return self.stored.interactions()

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
        recorded = [index for index, its in enumerate(self._keys) if its == key]
        closest = recorded[-1] if recorded else nearest(key, self._keys, set(self.played))
        found = Unmatched(sent, closest, exhausted=bool(recorded))
        self._unmatched.append(found)
        raise UnmatchedRequest(found, self._complain(found))


def _is_wrapped(headers: Mapping[str, str]) -> bool:
    """Whether a body has to be unpacked before it can be compared with a recorded one."""
    return "content-encoding" in headers or headers.get("content-type", "").startswith("multipart/")
