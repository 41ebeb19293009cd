"""races: whoever won, the recording is the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.canonical.races import Race, settle
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response

QUICK = settings(max_examples=50, deadline=None, derandomize=True)

ITEMS = [f"item-{n}" for n in range(12)]  # item-1 is the beginning of item-10
URL = "http://shop.test"


def exchange(method: str, path: str, received: Any, sent: Any = None) -> Interaction:
    body = None if sent is None else Json(sent)
    return Interaction(Request(method, f"{URL}{path}", {}, body), Response(200, "OK", {}, Json(received)))


def recording(won: list[list[str]]) -> list[Interaction]:
    """Three users grab items, look at what they have, and finish their first; then somebody lists everything."""
    users = ["alice", "bob", "carol"]
    grabs = [
        exchange("POST", f"/grab?user={user}", {"got": [{"id": item, "text": f"What is {item}?"} for item in items]})
        for user, items in zip(users, won, strict=True)
    ]
    finishes = [
        exchange("PUT", f"/items/{items[0]}", {"message": f"{items[0]} is done."}, {"id": items[0], "state": "done"})
        for items in won
        if items
    ]
    owners = {item: user for user, items in zip(users, won, strict=True) for item in items}
    everything = exchange("GET", "/items", [{"id": item, "owner": owners.get(item)} for item in ITEMS])
    return [exchange("POST", "/items", ITEMS, ITEMS), *grabs, *finishes, everything]


def race(start: int = 1) -> Race:
    return Race(start, tuple(ITEMS), "who wins which item")


def dealt(order: list[str]) -> list[list[str]]:
    """Each user wins the same number of items in every recording; which ones is the race."""
    return [order[:3], order[3:5], order[5:9]]


@QUICK
@given(st.permutations(ITEMS), st.permutations(ITEMS))
def test_settle_other_winners_gives_the_same_recording(one: list[str], other: list[str]) -> None:
    """Two recordings that differ only in who won what settle to the same."""
    assert settle(recording(dealt(one)), race()) == settle(recording(dealt(other)), race())


@QUICK
@given(st.permutations(ITEMS))
def test_settle_twice_changes_nothing_more(order: list[str]) -> None:
    """What is settled stays as it is, so a cassette can be settled when it is read too."""
    settled = settle(recording(dealt(order)), race())

    assert settle(settled, race()) == settled


@QUICK
@given(st.permutations(ITEMS))
def test_settle_any_winners_keeps_links_and_keeps_items_apart(order: list[str]) -> None:
    """An item won stays the item finished, and no item is suddenly won twice."""
    settled = settle(recording(dealt(order)), race())
    bodies = [one.response.body for one in settled[1:4]]
    won = [[item["id"] for item in body.value["got"]] for body in bodies if isinstance(body, Json)]

    finished = [one.request.uri.rpartition("/")[2] for one in settled[4:7]]
    assert all(item in items for item, items in zip(finished, won, strict=True))
    assert len({item for items in won for item in items}) == 9


def test_settle_names_by_first_appearance_in_list_order() -> None:
    """The first raced value to appear gets the first name; every list of them is put into that order."""
    first, second = settle(recording([["item-7"], ["item-10", "item-3"], []]), race())[1:3]

    assert first.response.body == Json({"got": [{"id": "item-0", "text": "What is item-0?"}]})
    assert second.response.body == Json(
        {"got": [{"id": "item-1", "text": "What is item-1?"}, {"id": "item-2", "text": "What is item-2?"}]}
    )


def test_settle_before_the_start_touches_nothing() -> None:
    """What happened before the race was declared stays, even where it names the same values."""
    recorded = recording([["item-7"], ["item-3"], []])

    settled = settle(recorded, race(start=2))

    assert settled[:2] == recorded[:2]
    assert settled[2:] != recorded[2:]


def test_settle_words_that_only_begin_alike_stay() -> None:
    """A value is renamed as a whole word: item-10 is not item-1 with something behind it."""
    [settled] = settle([exchange("GET", "/x", ["item-10", "item-100", "my-item-1"])], race(start=0))

    assert settled.response.body == Json(["item-100", "my-item-1", "item-0"])


@pytest.mark.parametrize(
    ("values", "headers"),
    [
        pytest.param(["item-0", "item-1"], {"location": "/items/{}"}, id="path"),
        pytest.param(["item-0", "item-1"], {"location": "http://shop.test/items/{}/lines?of={}#{}"}, id="uri"),
        pytest.param(
            ["item-0", "item-1"], {"link": '<{}>; rel="item", </items/{}>; rel="next"; title="{}"'}, id="link"
        ),
        pytest.param(["urn:item:0", "urn:item:1"], {"location": "/items/{}"}, id="value-with-colons"),
        pytest.param(["a/0", "a/1"], {"location": "/items/{}"}, id="value-with-a-slash"),
    ],
)
@pytest.mark.parametrize("body", ["Json", "text", "none"])
def test_settle_renames_texts_and_links_with_the_body(values: list[str], headers: dict[str, str], body: str) -> None:
    """A `Location`, a `Link` and a message name the same winner as the body does, quoted or not."""

    def won(value: str) -> Interaction:
        bodies: dict[str, Body] = {"Json": Json({"id": value}), "text": f"You got {value}.\nBye {value}!", "none": None}
        told = {name: text.replace("{}", quote(value, safe="")) for name, text in headers.items()}
        plain = {name: text.replace("{}", value) for name, text in headers.items()}
        return Interaction(Request("POST", URL, {}), Response(200, "OK", {**told, "x-plain": str(plain)}, bodies[body]))

    declared = Race(0, tuple(values), "who wins which item")

    assert settle([won(values[1])], declared) == [won(values[0])]


def test_settle_names_the_keys_of_objects_in_lists() -> None:
    """A raced value can be shown as a key only, and the list is put into order by it."""
    keyed = exchange("GET", "/owners", [{"item-7": "alice"}, {"item-3": "bob"}, {"nobody": 0}])

    [settled] = settle([keyed], race(start=0))

    assert settled.response.body == Json([{"nobody": 0}, {"item-0": "alice"}, {"item-1": "bob"}])
