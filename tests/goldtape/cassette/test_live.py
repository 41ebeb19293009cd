"""cassette: what a live run keeps of the requests that it lets through."""

from __future__ import annotations

from typing import Any

from vcr.request import Request as VcrRequest

from goldtape.cassette.live import LiveCassette

ANSWER: dict[str, Any] = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b""}}


def ask() -> VcrRequest:
    return VcrRequest("GET", "http://shop.test/v1/items", b"", {})


def test_overlapped_forgotten_request_without_an_answer_is_not_on_its_way() -> None:
    """A probe that could not connect is no concurrency: how often that happens differs from run to run."""
    cassette = LiveCassette("test")
    with cassette.attempt() as attempt:
        cassette.can_play_response_for(ask())
    cassette.forget(attempt)

    again = ask()
    cassette.can_play_response_for(again)
    cassette.append(again, ANSWER)

    assert not cassette.overlapped
    assert cassette.unanswered() == []
    assert len(cassette.captured()) == 1


def test_overlapped_second_request_before_the_first_answer() -> None:
    """Two requests on their way together are concurrency."""
    cassette = LiveCassette("test")
    for _ in range(2):
        cassette.can_play_response_for(ask())

    assert cassette.overlapped
