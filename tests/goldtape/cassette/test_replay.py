"""replay: each recorded answer once, to the request that it was recorded for, and never to another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.faults import OutOfOrder, Unmatched, UnmatchedRequest, Unplayed
from goldtape.cassette.replay import ReplayCassette
from goldtape.exchange.interaction import Interaction, unanswered

from ..made import asked, config, stored

ONE, TWO = (asked("POST", "/carts", sent={"n": n}, received={"id": n}) for n in (1, 2))


@contextmanager
def playing(folder: Path, *interactions: Interaction) -> Iterator[tuple[ReplayCassette, httpx.Client]]:
    """A cassette at work, and a client of the shop."""
    how: dict[str, Any] = {"pipeline": Pipeline(config(folder)), "complain": lambda found: f"no {found.request.uri}"}
    with ExitStack() as stack:
        cassette = stack.enter_context(
            ReplayCassette("test", stored=stored(folder / "c.yaml", *interactions), **how).at_work()
        )
        client = stack.enter_context(httpx.Client(base_url="http://shop.test", headers={"X-User": "bob"}, verify=False))
        yield cassette, client


def test_the_body_decides_which_answer_is_played(tmp_path: Path) -> None:
    """Whatever the order; the order is a fault of its own."""
    with playing(tmp_path, ONE, TWO) as (cassette, client):
        answers = [client.post("/carts", json={"n": n}).json() for n in (2, 1)]

    assert answers == [{"id": 2}, {"id": 1}]
    assert cassette.played == [1, 0]
    assert cassette.faults(failed=False) == [OutOfOrder(asked=1, due=0)]


def test_what_is_sent_concurrently_may_come_in_any_order(tmp_path: Path) -> None:
    """The test said so."""
    with playing(tmp_path, ONE, TWO) as (cassette, client), cassette.concurrently():
        for n in (2, 1):
            client.post("/carts", json={"n": n})

    assert cassette.faults(failed=False) == []


THREE, FOUR = (asked("POST", "/carts", sent={"n": n}, received={"id": n}) for n in (3, 4))


@pytest.mark.parametrize(
    ("before", "inside", "after", "fault"),
    [
        pytest.param([1], [3, 2], [4], [], id="another-order-inside"),
        pytest.param([2], [1, 3], [4], [OutOfOrder(asked=1, due=0)], id="before-and-inside"),
        pytest.param([1], [2, 4], [3], [OutOfOrder(asked=3, due=2)], id="inside-and-after"),
        pytest.param([], [1, 2], [4, 3], [OutOfOrder(asked=3, due=2)], id="after"),
        pytest.param([2, 1], [3, 4], [], [OutOfOrder(asked=1, due=0)], id="before"),
    ],
)
def test_a_concurrent_block_frees_the_order_of_its_own_requests_alone(
    tmp_path: Path, before: list[int], inside: list[int], after: list[int], fault: list[OutOfOrder]
) -> None:
    """What comes before and after it stands where it was recorded."""
    with playing(tmp_path, ONE, TWO, THREE, FOUR) as (cassette, client):
        for n in before:
            client.post("/carts", json={"n": n})
        with cassette.concurrently():
            for n in inside:
                client.post("/carts", json={"n": n})
        for n in after:
            client.post("/carts", json={"n": n})

    assert cassette.faults(failed=False) == fault


@pytest.mark.parametrize(
    "way", ["Path=/; HttpOnly", "Path=/; Secure", "Domain=shop.test", "Domain=shop", "Domain=shop; Secure"]
)
def test_a_client_that_keeps_cookies_sends_them_back_in_replay(tmp_path: Path, way: str) -> None:
    """Several of them, whatever host and TLS the recording had; so a login by cookie can be replayed."""
    cookies = f"sid=[redacted-1]; {way}, theme=[redacted-2]; Max-Age=3600"
    login = replace(ONE, response=replace(ONE.response, headers={**ONE.response.headers, "set-cookie": cookies}))
    sent_back = {**TWO.request.headers, "cookie": "sid=[redacted-1]; theme=[redacted-2]"}

    with playing(tmp_path, login, replace(TWO, request=replace(TWO.request, headers=sent_back))) as (cassette, client):
        for n in (1, 2):
            client.post("/carts", json={"n": n})

    assert cassette.faults(failed=False) == []


def test_a_cookie_that_the_live_run_refused_is_refused_in_replay(tmp_path: Path) -> None:
    """A secure one over plain HTTP, for example; the answer says of it what it said."""
    cookie = "sid=[redacted-1]; Path=/; Secure"
    login = replace(ONE, response=replace(ONE.response, headers={**ONE.response.headers, "set-cookie": cookie}))

    with playing(tmp_path, login, TWO) as (cassette, client):
        answers = [client.post("/carts", json={"n": n}) for n in (1, 2)]

    assert answers[0].headers["set-cookie"] == cookie
    assert cassette.faults(failed=False) == []


def test_equal_requests_get_their_answers_in_turn(tmp_path: Path) -> None:
    """And the third gets none."""
    first, second = (asked("GET", "/carts", received={"page": n}) for n in (1, 2))

    with playing(tmp_path, first, second) as (cassette, client):
        assert [client.get("/carts").json()["page"] for _ in range(2)] == [1, 2]
        with pytest.raises(UnmatchedRequest, match=r"no http://shop\.test/carts"):
            client.get("/carts")

    [fault] = cassette.faults(failed=False)
    assert isinstance(fault, Unmatched)
    assert (fault.exhausted, fault.nearest) == (True, 1)


@pytest.mark.parametrize("failed", [True, False])
def test_an_unmatched_request_is_a_fault_even_when_it_was_swallowed(tmp_path: Path, failed: bool) -> None:
    """`except Exception: pass` around a client call hides nothing."""
    with playing(tmp_path, ONE) as (cassette, client):
        with pytest.raises(UnmatchedRequest):
            client.post("/carts", json={"n": 9})

        assert [type(fault) for fault in cassette.faults(failed)] == [Unmatched]


def test_a_request_without_an_answer_raises_in_its_turn(tmp_path: Path) -> None:
    """What the client raised when it was recorded, between the answers of the same request."""
    silent = replace(ONE, response=unanswered("ReadTimeout after 6 s"))
    with playing(tmp_path, ONE, silent, ONE) as (cassette, client):
        assert client.post("/carts", json={"n": 1}).status_code == 200
        with pytest.raises(httpx.ReadTimeout, match=r"^ReadTimeout after 6 s, as recorded$") as raised:
            client.post("/carts", json={"n": 1})
        assert client.post("/carts", json={"n": 1}).status_code == 200

    assert raised.value.request.url.path == "/carts"
    assert cassette.played == [0, 1, 2]
    assert cassette.faults(failed=False) == []


def test_unplayed_answers_are_a_fault_of_a_body_that_came_to_its_end(tmp_path: Path) -> None:
    """One that failed half-way did not get to them."""
    with playing(tmp_path, ONE, TWO) as (cassette, client):
        client.post("/carts", json={"n": 1})

    assert cassette.faults(failed=False) == [Unplayed((1,))]
    assert cassette.faults(failed=True) == []


def test_headers_that_matter_decide_too(tmp_path: Path) -> None:
    """Who asks is one of them; a user agent is none."""
    with playing(tmp_path, ONE) as (_, client):
        with pytest.raises(UnmatchedRequest):
            client.post("/carts", json={"n": 1}, headers={"X-User": "eve"})

        assert client.post("/carts", json={"n": 1}, headers={"User-Agent": "other"}).status_code == 200


def test_threads_share_the_answers_without_playing_one_twice(tmp_path: Path) -> None:
    """Eight threads, forty answers, each once."""
    story = [asked("GET", "/carts", received={"page": n}) for n in range(40)]
    pages: list[int] = []

    with playing(tmp_path, *story) as (_, client):
        threads = [
            threading.Thread(target=lambda: pages.extend(client.get("/carts").json()["page"] for _ in range(5)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(pages) == list(range(40))


def test_the_story_is_what_is_stored(tmp_path: Path) -> None:
    """It is canonical already: the pipeline is not asked."""
    with playing(tmp_path, ONE, TWO) as (cassette, _):
        assert cassette.interactions(lambda captured: pytest.fail("asked")) == [ONE, TWO]


def test_nothing_can_be_left_unrecorded_in_replay(tmp_path: Path) -> None:
    """There is no service to clean up."""
    with playing(tmp_path, ONE) as (cassette, _), pytest.raises(RuntimeError, match="need a service"):
        cassette.unrecorded()
