"""Record, replay, record again: what a recording leaves behind, and that doing it twice leaves nothing more."""

from __future__ import annotations

import json
from typing import Any

from .cart import CART
from .project import Project

GATHERED = """
import asyncio

async def test_ten_at_once(async_shop):
    names = [f"cart-{number}" for number in range(10)]
    answers = await asyncio.gather(*(async_shop.post("/v1/carts", json={"name": name}) for name in names))
    assert [answer.json()["name"] for answer in answers] == names
"""

CHAINS = """
import asyncio

async def chain(shop, user):
    for number in range(3):
        await asyncio.sleep(0)
        await shop.post("/v1/carts", json={"name": f"{user}-{number}"}, headers={"X-User": user})

async def test_three_chains(goldtape, async_shop):
    with goldtape.concurrently():
        await asyncio.gather(*(chain(async_shop, user) for user in ("carol", "alice", "bob")))
"""

RACE = """
import asyncio

GIFTS = [f"gift-{number}" for number in range(20)]

async def test_nobody_gets_what_another_has(goldtape, async_shop):
    goldtape.race(GIFTS, "who gets which gift")
    claims = [async_shop.post("/v1/claims", headers={"X-User": user}) for user in ("alice", "bob", "carol")]
    won = [answer.json()["gift"] for answer in await asyncio.gather(*claims)]
    assert len(set(won)) == 3
    assert set(won) <= set(GIFTS)
"""

UNIQUE = """
def test_own_names(goldtape, shop):
    name, mail = goldtape.unique("demo"), goldtape.unique("ann@example.org")
    cart = shop.post("/v1/carts", json={"name": f"{name} of {mail}"}).json()
    assert cart["name"] == f"{name} of {mail}"
    with open("names.txt", "a") as names:
        names.write(f"{name} {mail}\\n")
"""

POLLED = """
async def test_order_becomes_ready(goldtape, async_shop):
    async def state():
        return (await async_shop.get("/v1/orders/1")).json()["state"]

    assert await goldtape.eventually(state, lambda it: it == "ready", every_s=EVERY) == "ready"
"""


def test_a_second_recording_changes_no_byte(shop: Project) -> None:
    """Ids, etags, instants, tokens and dates are new in every recording, and the goldens are the same."""
    first = shop.add("tests/test_cart.py", CART).record()

    assert first.outcomes == {"passed": 2}
    assert first.changed == [
        "cassettes/test_cart/test_buy.yaml",
        "cassettes/test_cart/test_log_in.yaml",
        "snapshots/test_cart/test_buy.json",
        "snapshots/test_cart/test_log_in.json",
    ]
    assert first.summary == [
        "2 tests, 6 exchanges: 2 written, 0 unchanged",
        "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
    ]

    replayed = first.replay()

    assert replayed.outcomes == {"passed": 2}
    assert replayed.calls == ()
    assert replayed.changed == []
    assert replayed.summary == ["2 tests, 6 exchanges compared: 0 drifted, 0 failed"]

    second = replayed.record()

    assert second.outcomes == {"passed": 2}
    assert second.changed == []
    assert second.summary == ["2 tests, 6 exchanges: 0 written, 2 unchanged"]
    assert len(set(second.calls) & set(first.calls)) == len({"POST /v1/carts", "POST /v1/login", "GET /v1/items"})

    elsewhere = second.remove(*second.goldens).record()

    assert elsewhere.goldens == first.goldens


def test_a_recording_leaves_goldens_and_nothing_else(shop: Project) -> None:
    """What a recording works with is gone when it is done."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    left = sorted(path for path in recorded.files if path.startswith(".goldtape/"))

    assert left == [".goldtape/commit.lock", ".goldtape/results.json"]
    assert not any("127.0.0.1" in raw.decode() for raw in recorded.goldens.values())


def test_a_snapshot_reads_as_the_story_of_its_test(shop: Project) -> None:
    """The first exchange stands there as it travelled, with placeholders for what the server minted."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    snapshot = json.loads(recorded.golden("snapshots/test_cart/test_buy.json"))

    assert [label(one) for one in snapshot["exchanges"]] == [
        "POST /v1/carts -> 201",
        "PUT /v1/carts/<cart-1>/items/apple as alice -> 200",
        "PUT /v1/carts/<cart-1>/items/pear as alice -> 412",
        "GET /v1/carts/<cart-1> -> 200",
    ]
    assert snapshot["exchanges"][2] == {
        "request": "PUT /v1/carts/<cart-1>/items/pear",
        "as": "alice",
        "content-type": "application/json",
        "if-match": '"<etag-1>"',
        "sent": {"count": 1},
        "status": 412,
        "headers": {"content-type": "application/json"},
        "received": {
            "error": {
                "code": "STALE",
                "message": "cart <cart-1> was changed at 2000-01-01T00:00:00.000003Z",
            }
        },
    }


def test_ten_requests_at_once_keep_the_order_in_which_they_started(shop: Project) -> None:
    """Answers overtake each other differently every time; goldens do not show it."""
    first = shop.add("tests/test_many.py", GATHERED).record()
    second = first.remove(*first.goldens).record()

    names = [one["sent"]["name"] for one in exchanges(first, "test_many/test_ten_at_once")]

    assert names == [f"cart-{number}" for number in range(10)]
    assert second.goldens == first.goldens
    assert second.replay().outcomes == {"passed": 1}


def test_chains_at_once_are_told_one_actor_after_the_other(shop: Project) -> None:
    """Within `concurrently()` the order is that of the actors, each with its own sequence."""
    first = shop.add("tests/test_many.py", CHAINS).record()
    second = first.remove(*first.goldens).record()

    names = [one["sent"]["name"] for one in exchanges(first, "test_many/test_three_chains")]

    assert names == [f"{user}-{number}" for user in ("alice", "bob", "carol") for number in range(3)]
    assert second.goldens == first.goldens
    assert second.replay().outcomes == {"passed": 1}


def test_a_race_shows_what_holds_and_not_who_won(shop: Project) -> None:
    """Who got which gift differs every time; the goldens name the gifts by their appearance and say why."""
    first = shop.add("tests/test_race.py", RACE).record()
    second = first.remove(*first.goldens).record()

    snapshot = json.loads(first.golden("snapshots/test_race/test_nobody_gets_what_another_has.json"))

    assert snapshot["races"] == ["who gets which gift"]
    assert [one["received"] for one in snapshot["exchanges"]] == [
        {"for": "alice", "gift": "gift-0"},
        {"for": "bob", "gift": "gift-1"},
        {"for": "carol", "gift": "gift-2"},
    ]
    assert second.goldens == first.goldens
    assert second.replay().outcomes == {"passed": 1}


def test_a_unique_name_is_fresh_live_and_constant_on_disk(shop: Project) -> None:
    """No two live runs share a name; goldens and replay have the plain one."""
    first = shop.add("tests/test_names.py", UNIQUE).record()
    second = first.remove("names.txt").record()
    replayed = second.remove("names.txt").replay()

    names = [one.files["names.txt"].decode() for one in (first, second, replayed)]

    assert names[2] == "demo ann@example.org\n"
    assert len(set(names)) == 3
    assert all(live.startswith("demo-") and live.endswith("@example.org\n") for live in names[:2])
    assert second.goldens == first.goldens
    assert exchanges(first, "test_names/test_own_names")[0]["sent"] == {"name": "demo of ann@example.org"}


def test_only_the_last_question_of_a_poll_is_kept(shop: Project) -> None:
    """However often a live run had to ask, goldens hold the answer that counted, and replay never sleeps."""
    first = shop.add("tests/test_order.py", POLLED.replace("EVERY", "0.001")).record()
    second = first.remove(*first.goldens).record()

    assert len(first.calls) >= 3
    assert [one["received"] for one in exchanges(first, "test_order/test_order_becomes_ready")] == [{"state": "ready"}]
    assert second.goldens == first.goldens

    # The pause is an hour now: were it slept, this run would not end.
    replayed = second.edit("tests/test_order.py", "every_s=0.001", "every_s=3600").replay()

    assert replayed.outcomes == {"passed": 1}


def test_a_poll_that_is_never_answered_fails_with_the_last_answer(shop: Project) -> None:
    """`eventually` gives up after its time, shows what it got last, and nothing is written."""
    slow = shop.change_service('"ready" if ready else "packing"', '"packing"')

    recorded = slow.add("tests/test_order.py", POLLED.replace("EVERY", "0.001, timeout_s=0.02")).record()

    assert recorded.outcomes == {"failed": 1}
    assert recorded.complaint == ["AssertionError: still not so after 0.02 s; the last answer was 'packing'"]
    assert recorded.changed == []


def test_a_poll_forgets_its_own_questions_only(shop: Project) -> None:
    """A request that another task sends while a poll is going on stays in the goldens."""
    polled = """
    import asyncio

    async def test_both(goldtape, async_shop):
        async def state():
            return (await async_shop.get("/v1/orders/1")).json()["state"]

        async def carts():
            for number in range(5):
                await async_shop.post("/v1/carts", json={"name": f"cart-{number}"})

        ready = goldtape.eventually(state, lambda it: it == "ready", every_s=0.001)
        with goldtape.concurrently():
            await asyncio.gather(ready, carts())
    """

    recorded = shop.add("tests/test_order.py", polled).record()

    sent = [one["sent"]["name"] for one in exchanges(recorded, "test_order/test_both") if "sent" in one]

    assert sent == [f"cart-{number}" for number in range(5)]
    assert recorded.replay().outcomes == {"passed": 1}


def test_what_is_unrecorded_leaves_no_trace(shop: Project) -> None:
    """Cleaning up after a live run is no part of the story, and replay has nothing to clean up."""
    tidy = """
    def test_tidy(goldtape, shop):
        cart = shop.post("/v1/carts", json={"name": "demo"}).json()
        if goldtape.live:
            with goldtape.unrecorded():
                shop.get(f"/v1/carts/{cart['id']}")
    """

    recorded = shop.add("tests/test_tidy.py", tidy).record()

    assert len(recorded.calls) == 2
    assert [one["request"] for one in exchanges(recorded, "test_tidy/test_tidy")] == ["POST /v1/carts"]
    assert recorded.replay().outcomes == {"passed": 1}


def test_one_service_asked_by_sync_and_async_clients_alike(shop: Project) -> None:
    """A test may hold both kinds of client; redirects are followed, and each hop is an exchange."""
    both = """
    async def test_both(shop, async_shop):
        await async_shop.post("/v1/carts", json={"name": "async"})
        shop.post("/v1/carts", json={"name": "sync"})
        assert len(shop.get("/old/items?limit=2", follow_redirects=True).json()["items"]) == 2
    """

    recorded = shop.add("tests/test_both.py", both).record()

    told = exchanges(recorded, "test_both/test_both")
    assert [one.get("sent", {}).get("name") for one in told[:2]] == ["async", "sync"]
    assert [(one["request"], one["status"]) for one in told[2:]] == [("GET /old/items", 307), ("GET /v1/items", 200)]
    assert told[2]["headers"] == {"location": "http://shop.test/v1/items?limit=2"}

    replayed = recorded.replay()

    assert (replayed.outcomes, replayed.calls) == ({"passed": 1}, ())


def exchanges(project: Project, name: str) -> list[dict[str, Any]]:
    """The exchanges of a snapshot."""
    found: list[dict[str, Any]] = json.loads(project.golden(f"snapshots/{name}.json"))["exchanges"]
    return found


def label(one: dict[str, Any]) -> str:
    """An exchange in a line."""
    actor = f" as {one['as']}" if "as" in one else ""
    return f"{one['request']}{actor} -> {one['status']}"
