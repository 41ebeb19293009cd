"""cassette: what a live run keeps of the requests that it lets through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vcr.request import Request as VcrRequest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.live import LiveCassette
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction

ANSWER: dict[str, Any] = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b""}}


HERE = Path("/project")
PIPELINE = Pipeline(Config(HERE, HERE, HERE, HERE, HERE))


def captured(cassette: LiveCassette) -> list[Captured]:
    """What the cassette hands to the pipeline."""
    found: list[Captured] = []

    def keep(given: Sequence[Captured]) -> list[Interaction]:
        found.extend(given)
        return []

    cassette.interactions(keep)
    return found


def ask() -> VcrRequest:
    return VcrRequest("GET", "http://shop.test/v1/items", b"", {})


def test_overlapped_forgotten_request_without_an_answer_is_not_on_its_way() -> None:
    """A probe that could not connect is no concurrency: how often that happens differs from run to run."""
    cassette = LiveCassette("test", PIPELINE)
    with cassette.attempt() as attempt:
        cassette.can_play_response_for(ask())
    cassette.forget(attempt)

    again = ask()
    cassette.can_play_response_for(again)
    cassette.append(again, ANSWER)

    assert cassette.faults(failed=False) == []
    assert [one.overlapped for one in captured(cassette)] == [False]


def test_overlapped_second_request_before_the_first_answer() -> None:
    """Two requests on their way together are concurrency."""
    cassette = LiveCassette("test", PIPELINE)
    first, second = ask(), ask()
    for request in (first, second):
        cassette.can_play_response_for(request)
    for request in (second, first):
        cassette.append(request, ANSWER)

    assert [one.overlapped for one in captured(cassette)] == [False, True]
