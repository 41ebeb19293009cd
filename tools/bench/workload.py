"""What every contender replays: N POSTs with JSON bodies, each different from all others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

HOST = "http://bench.test"
JSON_HEADERS = {"content-type": "application/json"}
SENT_BYTES = 300
RECEIVED_BYTES = 1000

_PROSE = "The quick brown fox jumps over the lazy dog while the reviewer reads what it did, and why. "


@dataclass(frozen=True)
class Workload:
    """N exchanges.

    `shared_url` sends them all to one URL, so that only the body tells them apart.
    """

    count: int
    shared_url: bool

    @property
    def urls(self) -> str:
        """How the URLs are called in the report."""
        return "one shared URL" if self.shared_url else "distinct URLs"

    def url(self, number: int) -> str:
        """The URL of an exchange, counted from 0."""
        return f"{HOST}/v1/assignments" if self.shared_url else f"{HOST}/v1/assignments/{number}"

    @cached_property
    def requests(self) -> list[tuple[str, bytes]]:
        """URL and body of each request, in the order of sending."""
        return [(self.url(number), _compact(sent(number))) for number in range(self.count)]

    def exchanges(self) -> Iterator[tuple[str, Any, Any]]:
        """URL, sent value and received value of each exchange, made one at a time: 100,000 of them are large."""
        for number in range(self.count):
            yield self.url(number), sent(number), received(number)

    def answers(self) -> Iterator[bytes]:
        """The body of each response as it travelled."""
        return (_compact(received(number)) for number in range(self.count))


def sent(number: int) -> dict[str, Any]:
    """The JSON value that request `number` sends, about SENT_BYTES bytes."""
    return {
        "datasetName": "demo",
        "itemId": f"item-{number:06d}",
        "assignedTo": f"user-{number % 7}@example.test",
        "status": "draft",
        "answer": _prose(120, number),
        "refs": [{"url": f"{HOST}/doc/{number}", "page": number % 90}],
        "tags": ["alpha", "beta"],
        "revision": number,
    }


def received(number: int) -> dict[str, Any]:
    """The JSON value that request `number` is answered with, about RECEIVED_BYTES bytes."""
    answer = sent(number) | {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "updatedAt": "2000-01-01T00:00:01Z",
        "history": [],
    }
    entry = {"at": "2000-01-01T00:00:01Z", "by": "user-1", "field": "answer", "note": _prose(60, number), "ok": True}
    missing_bytes = RECEIVED_BYTES - len(_compact(answer))
    answer["history"] = [entry | {"revision": n} for n in range(max(0, missing_bytes) // (len(_compact(entry)) + 14))]
    return answer


def _prose(length: int, number: int) -> str:
    start = number % len(_PROSE)
    return (_PROSE[start:] + _PROSE * (length // len(_PROSE) + 1))[:length]


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
