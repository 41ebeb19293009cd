"""cassette: what a live run keeps of the requests that it lets through."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from vcr.request import Request as VcrRequest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.doors import Call
from goldtape.cassette.faults import Unanswered
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


def send(cassette: LiveCassette, request: VcrRequest, error: BaseException) -> None:
    """As a client does whose request gets no answer."""
    with suppress(type(error)), cassette.sending(Call(("builtins",))):
        cassette.can_play_response_for(request)
        raise error


def test_a_request_that_its_client_gave_up_is_kept_in_its_place() -> None:
    """With the error; the next one is no longer on its way together with it."""
    cassette = LiveCassette("test", PIPELINE)
    send(cassette, ask(), ConnectionResetError("by peer"))
    second = ask()
    cassette.can_play_response_for(second)
    cassette.append(second, ANSWER)
    cassette.turn()
    send(cassette, ask(), TimeoutError())

    found = captured(cassette)

    assert [one.interaction.response.reason for one in found] == ["ConnectionResetError", "OK", "TimeoutError"]
    assert [one.interaction.response.answered for one in found] == [False, True, False]
    assert [one.overlapped for one in found] == [False, False, False]
    assert cassette.afterwards == 1
    assert cassette.faults(failed=False) == []


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyError("a bug")], ids=["cancelled", "bug"])
def test_a_request_that_something_else_ended_is_a_fault(error: BaseException) -> None:
    """A test's own cancelling, or a bug beside the client, has no text that stays the same."""
    cassette = LiveCassette("test", PIPELINE)
    send(cassette, ask(), error)

    assert captured(cassette) == []
    assert [type(fault) for fault in cassette.faults(failed=False)] == [Unanswered]


def test_an_error_before_anything_was_sent_belongs_to_no_request() -> None:
    """Not to the one before it, which is still on its way."""
    cassette = LiveCassette("test", PIPELINE)
    cassette.can_play_response_for(ask())
    with suppress(ConnectionError), cassette.sending(Call(("builtins",))):
        raise ConnectionError

    assert captured(cassette) == []


def test_an_error_after_the_answer_leaves_the_answer() -> None:
    """aiohttp raises for a status where vcrpy has heard the answer already."""
    cassette = LiveCassette("test", PIPELINE)
    with suppress(ConnectionError), cassette.sending(Call(("builtins",))):
        cassette.can_play_response_for(request := ask())
        cassette.append(request, ANSWER)
        raise ConnectionError

    assert [one.interaction.response.status for one in captured(cassette)] == [200]


def test_overlapped_second_request_before_the_first_answer() -> None:
    """Two requests on their way together are concurrency."""
    cassette = LiveCassette("test", PIPELINE)
    first, second = ask(), ask()
    for request in (first, second):
        cassette.can_play_response_for(request)
    for request in (second, first):
        cassette.append(request, ANSWER)

    assert [one.overlapped for one in captured(cassette)] == [False, True]
