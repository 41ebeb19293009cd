"""Requests of a teardown: they belong to the golden, under `afterwards`, and are held to it like all others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .project import Project

TIDY = """
import pytest

@pytest.fixture
def cart(shop):
    cart = shop.post("/v1/carts", json={"name": "a"}).json()
    yield cart
    shop.get(f"/v1/carts/{cart['id']}")

def test_buy(shop, cart):
    assert cart["name"] == "a"
"""
CASSETTE, SNAPSHOT = "cassettes/test_shop/test_buy.yaml", "snapshots/test_shop/test_buy.json"
LAST = "shop.get(f\"/v1/carts/{cart['id']}\")"


def shown(project: Project) -> dict[str, Any]:
    """The requests of the snapshot, part by part."""
    transcript = json.loads(project.golden(SNAPSHOT))
    return {part: [one["request"] for one in transcript.get(part, [])] for part in ("exchanges", "afterwards")}


def test_requests_of_the_teardown_are_recorded_and_replayed(shop: Project) -> None:
    """In record, replay, verify, and without a diff when recorded again."""
    recorded = shop.add("tests/test_shop.py", TIDY).record()

    assert recorded.outcomes == {"passed": 1}
    assert shown(recorded) == {
        "exchanges": ["POST /v1/carts"],
        "afterwards": ["GET /v1/carts/<cart-1>"],
    }
    assert recorded.golden(CASSETTE).endswith("\nmetadata:\n  afterwards: 1\nversion: 1\n")
    assert recorded.summary[0] == "1 test, 2 exchanges: 1 written, 0 unchanged"
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 1}, [])
    assert recorded.replay().calls == ()
    assert recorded.replay().summary == ["1 test, 2 exchanges compared: 0 drifted, 0 failed"]


def test_a_fixture_that_does_not_know_of_the_tape_is_heard_too(shop: Project) -> None:
    """Its teardown comes after that of the tape's own fixture."""
    story = """
    import httpx, pytest

    @pytest.fixture
    def stranger():
        clients = []
        yield clients
        clients[0].get("/v1/items?limit=1")

    def test_buy(stranger, shop):
        stranger.append(shop)
    """
    project = shop.add("tests/test_shop.py", story)
    opened = 'httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer))'
    open_client = project.edit(
        "tests/conftest.py", f"    with {opened} as client:\n        yield client\n", f"    yield {opened}\n"
    )

    recorded = open_client.record()

    assert shown(recorded) == {"exchanges": [], "afterwards": ["GET /v1/items"]}
    assert recorded.replay().outcomes == {"passed": 1}


@pytest.mark.parametrize(
    ("instead", "complaint"),
    [
        pytest.param("pass", "1 of 2 recorded interactions were not played", id="fewer"),
        pytest.param(f"{LAST}; shop.get('/v1/items?limit=1')", "no recorded answer for GET /v1/items", id="more"),
        pytest.param(
            "try:\n        shop.get('/v1/items?limit=9')\n    except Exception:\n        pass",
            "no recorded answer for GET /v1/items",
            id="swallowed",
        ),
    ],
)
def test_a_teardown_that_sends_something_else_is_an_error(shop: Project, instead: str, complaint: str) -> None:
    """Of the teardown, in one text; the body stays green, and recording again helps."""
    recorded = shop.add("tests/test_shop.py", TIDY).recorded()

    changed = recorded.edit("tests/test_shop.py", LAST, instead)
    replayed = changed.replay()

    assert replayed.outcomes == {"passed": 1, "errors": 1}
    assert list(replayed.reports) == ["ERROR at teardown of test_buy"]
    assert replayed.report[0] == complaint
    assert "1 failed" in replayed.summary[0]
    again = changed.record()
    assert again.outcomes == {"passed": 1}
    assert again.replay().outcomes == {"passed": 1}


def test_body_and_teardown_never_play_each_others_answers(shop: Project) -> None:
    """The body asks once more for what the teardown asks: that is a request too many of the body."""
    ask = "shop.get('/v1/items?limit=1')"
    story = TIDY.replace(LAST, ask)
    recorded = shop.add("tests/test_shop.py", story).recorded()

    greedy = recorded.edit("tests/test_shop.py", 'assert cart["name"] == "a"', ask).replay()

    assert greedy.outcomes == {"failed": 1, "errors": 1} or greedy.outcomes == {"failed": 1}
    assert greedy.reports["test_buy"][0] == "no recorded answer for GET /v1/items"


def test_a_service_that_answers_the_teardown_differently_has_drifted(shop: Project) -> None:
    """Verify says where: in the part that comes afterwards."""
    recorded = shop.add("tests/test_shop.py", TIDY).recorded()

    verified = recorded.change_service(
        "return stamped(CARTS[cart_id], 200)", "return stamped(CARTS[cart_id] | {'name': 7}, 200)"
    ).verify()

    assert verified.outcomes == {"passed": 1, "errors": 1}
    assert verified.report[0].startswith("1 difference from the snapshot, 1 breaking")
    assert verified.report[1].startswith("  breaking   afterwards 1. GET /v1/carts/")
    assert verified.summary[0] == "1 test, 2 exchanges compared: 1 drifted, 0 failed"


def test_a_failed_teardown_leaves_the_goldens_as_they_were(shop: Project) -> None:
    """Nothing is written of a test that did not pass to its end."""
    recorded = shop.add("tests/test_shop.py", TIDY).recorded()
    changed = recorded.change_service('"items": []', '"items": [1]').edit("tests/test_shop.py", LAST, f"{LAST}; 1 / 0")

    failed = changed.record()

    assert failed.outcomes == {"passed": 1, "errors": 1}
    assert failed.changed == []


def test_a_failed_body_is_reported_alone(shop: Project) -> None:
    """What its teardown does or does not send is no second failure."""
    recorded = shop.add("tests/test_shop.py", TIDY).recorded()

    failed = recorded.edit("tests/test_shop.py", 'assert cart["name"] == "a"', "assert False").replay()

    assert failed.outcomes == {"failed": 1}


def test_a_value_first_named_a_secret_in_the_teardown_is_no_drift_of_the_body(shop: Project) -> None:
    """At the end of the body verify cannot know it yet."""
    story = """
    import pytest

    @pytest.fixture
    def secretive(shop):
        yield
        shop.post("/v1/carts", json={"name": "x", "password": "hunter-222"})

    def test_buy(shop, secretive):
        shop.post("/v1/carts", json={"name": "y"})
    """
    telling = shop.change_service('"items": [], ', '"items": [], "note": "hunter-222", ')
    recorded = telling.add("tests/test_shop.py", story).record()

    assert "hunter-222" not in "".join(text.decode() for text in recorded.goldens.values())
    assert recorded.verify().outcomes == {"passed": 1}
    assert recorded.record().changed == []
    assert recorded.replay().outcomes == {"passed": 1}


def test_a_body_that_failed_is_told_all_that_drifted(shop: Project) -> None:
    """Nothing is compared after it, so a relation between minted values is told at once."""
    story = """
    def test_buy(shop):
        first, second = (shop.post("/v1/carts", json={"name": name}).json() for name in "ab")
        assert shop.get(f"/v1/carts/{first['id']}").json()["id"] == first["id"]
    """
    recorded = shop.add("tests/test_shop.py", story).recorded()

    mixed = "return stamped(CARTS[cart_id] | {'id': list(CARTS)[-1]}, 200)"
    verified = recorded.change_service("return stamped(CARTS[cart_id], 200)", mixed).verify()

    assert verified.outcomes == {"failed": 1}
    assert "received.id   another one's (that of exchange 2)" in verified.output
