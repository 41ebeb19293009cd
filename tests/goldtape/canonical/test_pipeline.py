"""pipeline: the one way from what was captured to what goldens hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from goldtape.canonical.addresses import Substitution, substitutions_for
from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.canonical.races import Race
from goldtape.config import Config, System, Target, Volatile
from goldtape.exchange.interaction import Interaction, Json, Request, Response

HERE = Path("/project")
SHOP = System(
    "shop",
    (Target("shop", "http://shop.test", "SHOP_URL", ""),),
    actor="x-user",
    response_headers=("date",),
    volatile=(Volatile("tookMs", "constant", "a duration", frozenset({"shop.test"})),),
    public=("session_id",),
)
BANK = System("bank", (Target("bank", "http://bank.test", "BANK_URL", ""),), secrets=("pin",), public=("token",))
CONFIG = Config(HERE, HERE / "tests", HERE, HERE, HERE, systems={"shop": SHOP, "bank": BANK})


def sent(path: str, user: str = "bob", **headers: str) -> Interaction:
    request = Request("GET", f"http://127.0.0.1:4000{path}", {"x-user": user, **headers})
    return Interaction(request, Response(200, "OK", {"date": "today", "server": "x"}, Json({"tookMs": 12, "pin": "9"})))


def canonical(*captured: Captured, races: tuple[Race, ...] = ()) -> list[Interaction]:
    pairs = substitutions_for("http://127.0.0.1:4000", "http://shop.test")
    return Pipeline(CONFIG, home="shop").canonical(captured, pairs, races)


def test_canonical_takes_every_step() -> None:
    """Address, secret of any system, headers, and the rule of the system that answered, in one pass."""
    [one] = canonical(Captured(sent("/a", **{"user-agent": "x", "content-type": "text/plain"})))

    assert one.request == Request("GET", "http://shop.test/a", {"content-type": "text/plain", "x-user": "bob"})
    assert one.response == Response(200, "OK", {"date": "today"}, Json({"tookMs": 0, "pin": "[redacted-1]"}))


def test_of_a_secret_header_it_stays_that_it_was_sent() -> None:
    """Whatever the table of a system lists: a service notices a credential that is missing."""
    credentials = {"x-api-key": "k", "cookie": "sid=1; theme=2", "x-csrf-token": "c", "pin": "4711"}

    [one] = canonical(Captured(sent("/a", **credentials)))

    assert one.request.headers == {
        "cookie": "sid=[redacted]; theme=[redacted]",
        "pin": "[redacted]",
        "x-api-key": "[redacted]",
        "x-csrf-token": "[redacted]",
        "x-user": "bob",
    }


def test_a_cookie_that_is_set_is_kept_without_its_date() -> None:
    """So a client can send it back in replay, and recording it again gives no diff."""
    answer = Response(200, "OK", {"set-cookie": "sid=abc; Expires=Sun, 01 Mar 2026 11:00:00 GMT, a=b"})
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)

    [one] = canonical(Captured(Interaction(Request("GET", "http://shop.test/", {}), answer), at=at))

    assert one.response.headers == {"set-cookie": "sid=[redacted-1]; Max-Age=3600, a=[redacted-2]"}


@pytest.mark.parametrize("path", ["/%7ebob", "/%7Ebob", "/~bob", "/~bob#top"])
def test_a_path_is_stored_in_one_spelling(path: str) -> None:
    """Verify then calls the same what replay calls the same."""
    [one] = canonical(Captured(sent(path)))

    assert one.request.uri == "http://shop.test/~bob"


def test_headers_that_matter_stand_in_alphabetical_order() -> None:
    """Only the allow-list and what a system adds to it stays."""
    headers = {"etag": '"1"', "date": "today", "content-type": "text/plain", "x-powered-by": "y"}

    [one] = Pipeline(CONFIG).canonical(
        [Captured(Interaction(Request("GET", "http://shop.test/", {}), Response(200, "OK", headers)))], [], []
    )

    assert list(one.response.headers) == ["content-type", "date", "etag"]


def test_a_lane_is_put_into_the_order_of_its_actors() -> None:
    """Requests of one concurrent block take the places that the block has; the others keep theirs."""
    lane = object()
    story = [
        Captured(sent("/first")),
        Captured(sent("/b", "bob"), lane),
        Captured(sent("/a", "alice"), lane),
        Captured(sent("/last")),
    ]

    found = [one.request.uri.removeprefix("http://shop.test") for one in canonical(*story)]

    assert found == ["/first", "/a", "/b", "/last"]


def test_a_race_is_settled_before_values_are_numbered() -> None:
    """Whoever won, the first winner is shown first."""
    won = Interaction(Request("POST", "http://shop.test/grab", {}), Response(200, "", {}, Json({"id": "item-2"})))

    [one] = canonical(Captured(won), races=(Race(0, ("item-1", "item-2"), "who wins"),))

    assert one.response.body == Json({"id": "item-1"})


def test_what_a_system_spares_is_spared_in_its_own_tests_only() -> None:
    """`secrets` hold in the whole project, `public` in the tests of the system that says so."""
    shop, bank, neither = (Pipeline(CONFIG, home=home).redactor()._names for home in ("shop", "bank", "elsewhere"))

    assert ["pin" in one for one in (shop, bank, neither)] == [True, True, True]
    assert ["session_id" in one for one in (shop, bank, neither)] == [False, True, False]
    assert ["token" in one for one in (shop, bank, neither)] == [True, False, False]


def test_who_asks_is_the_actor_or_the_authorization() -> None:
    """The system's own header says it; a foreign host has the standard one."""
    own = Interaction(Request("GET", "http://shop.test/", {"x-user": "eve"}), Response(200, "", {}))
    foreign = Interaction(Request("GET", "http://other.test/", {"authorization": "Bearer x"}), Response(200, "", {}))

    assert Pipeline(CONFIG).actor(own) == "eve"
    assert Pipeline(CONFIG).actor(foreign) == "Bearer x"


def test_raced_values_may_be_unique_ones() -> None:
    """A test declares the values of its live run; in the goldens, each has its own name all the same."""
    winner = Response(200, "OK", {}, Json({"won": "gift-8f3a-2"}))
    pairs = [Substitution("gift-8f3a", "gift")]
    race = Race(0, ("gift-8f3a-1", "gift-8f3a-2"), "who wins")
    captured = [Captured(Interaction(Request("GET", "http://shop.test/", {}), winner))]

    [one] = Pipeline(CONFIG, home="shop").canonical(captured, pairs, [race])

    assert one.response.body == Json({"won": "gift-1"})
