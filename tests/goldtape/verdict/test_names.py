"""names: two runs mint other values; only what no longer belongs together is a difference, told as what it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from goldtape.goldens.transcript import Transcript
from goldtape.verdict.difference import Change
from goldtape.verdict.drift import compare
from goldtape.verdict.words import worded

Story = list[dict[str, Any]]
Spelling = Callable[[str, int], str]


def as_today(kind: str, number: int) -> str:
    """Placeholders that keep the shape."""
    return {"uuid": f"00000000-0000-4000-8000-{number:012}", "instant": f"2000-01-01T00:00:00.{number:06}Z"}.get(
        kind, f"{kind}-{number}"
    )


def with_names(kind: str, number: int) -> str:
    """Placeholders that have names; instants keep their shape."""
    return as_today(kind, number) if kind == "instant" else f"<{kind}-{number}>"


SPELLINGS = pytest.mark.parametrize("spelling", [as_today, with_names])


class Run:
    """One run of the service, in which each of its values is minted: the next number of its kind, instants in order."""

    def __init__(self, spelling: Spelling, *instants: str) -> None:
        self.spelling = spelling
        self.known: dict[tuple[str, str], int] = {("instant", name): number for number, name in enumerate(instants, 1)}

    def __call__(self, kind: str, name: str) -> str:
        number = self.known.setdefault((kind, name), 1 + sum(one == kind for one, _ in self.known))
        return self.spelling(kind, number)


def story(the: Run, extra: bool = False, **wrong: tuple[str, str]) -> Transcript:
    """A cart is made, written to six times and read; `wrong` are other values of its last answer."""
    first = {"trace": the("uuid", "trace"), "tag": the("etag", "trace"), "at": the("instant", "trace")} if extra else {}
    exchanges: Story = []
    for number in range(8):
        cart = {
            "id": the("uuid", "cart"),
            "owner": the("uuid", "owner"),
            "etag": the("etag", f"cart {number}"),
            "started_at": the("instant", "start"),
            "last_step_at": the("instant", f"step {number}"),
            "rows": [{"row": the("uuid", f"row {n}"), "state": "open"} for n in range(number)],
        }
        exchanges.append(
            {
                "request": f"PUT /v1/carts/{the('uuid', 'cart')}" if number else "POST /v1/carts",
                "if-match": f'"{the("etag", f"cart {number - 1}")}"' if number else "*",
                "status": 200,
                "headers": {"etag": f'"{cart["etag"]}"'},
                "received": cart,
            }
        )
    exchanges[0]["received"] = first | exchanges[0]["received"]
    exchanges[-1]["received"] |= {name: the(*value) for name, value in wrong.items()}
    return {"goldtape": 1, "test": "t", "cases": [], "exchanges": exchanges}


TIMES = ["start", *(f"step {n}" for n in range(8))]


def told(expected: Transcript, actual: Transcript) -> list[tuple[str, str, str]]:
    """Number of the exchange, path, and words of each difference."""
    return [(one.exchange.partition(".")[0], one.path, worded(one)) for one in compare(expected, actual)]


@SPELLINGS
def test_one_more_minted_value_of_each_kind_is_one_difference_each(spelling: Spelling) -> None:
    """All numbers after it are others, and that says nothing."""
    before = story(Run(spelling, *TIMES))
    after = story(Run(spelling, "trace", *TIMES), extra=True)

    assert json.dumps(before["exchanges"][4:]) != json.dumps(after["exchanges"][4:])
    assert [(number, path) for number, path, _ in told(before, after)] == [
        ("1", "received.at"),
        ("1", "received.tag"),
        ("1", "received.trace"),
    ]
    assert [(number, path) for number, path, _ in told(after, before)] == [
        ("1", "received.at"),
        ("1", "received.tag"),
        ("1", "received.trace"),
    ]


@SPELLINGS
@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        pytest.param("etag", ("etag", "cart 6"), "unchanged since exchange 7", id="unchanged"),
        pytest.param("last_step_at", ("instant", "start"), "now equal to received.started_at", id="equal"),
        pytest.param("id", ("uuid", "owner"), "now equal to received.owner", id="equal-to-the-owner"),
        pytest.param("owner", ("uuid", "nobody"), "no longer equal to that of exchange 1", id="another-one"),
        pytest.param("etag", ("etag", "nobody"), "no longer equal to headers.etag", id="apart-from-the-header"),
        pytest.param("etag", ("etag", "cart 0"), "unchanged since exchange 1", id="an-old-one"),
    ],
)
def test_a_broken_relation_is_told_as_what_it_is_now(
    spelling: Spelling, path: str, value: tuple[str, str], words: str
) -> None:
    """It is breaking, and the one difference there is."""
    before = story(Run(spelling, *TIMES))
    after = story(Run(spelling, *TIMES), False, **{path: value})

    [one] = compare(before, after)

    assert (one.change, one.kind, one.exchange[0], one.path) == (Change.RELATED, "breaking", "8", f"received.{path}")
    assert worded(one) == words


@SPELLINGS
def test_another_one_of_an_earlier_exchange_is_named(spelling: Spelling) -> None:
    """A row that belongs to somebody who was seen before."""
    bob, ann = (
        {"request": f"GET /v1/{name}", "status": 200, "received": {"id": spelling("uuid", n)}}
        for n, name in ((1, "bob"), (2, "ann"))
    )

    def owned_by(number: int) -> Transcript:
        row = {"request": "GET /v1/row", "status": 200, "received": {"owner": spelling("uuid", number)}}
        again = [{**one, "request": f"{one['request']}/again"} for one in (bob, ann)]
        return {"goldtape": 1, "test": "t", "cases": [], "exchanges": [bob, ann, row, *again]}

    assert told(owned_by(1), owned_by(2)) == [("3", "received.owner", "another one's (that of exchange 2)")]


@SPELLINGS
def test_one_wrong_value_where_it_first_appears_is_one_difference(spelling: Spelling) -> None:
    """The majority decides: the other places agree with each other."""
    before, after = story(Run(spelling, *TIMES)), story(Run(spelling, *TIMES))
    after["exchanges"][0]["received"]["id"] = spelling("uuid", 99)

    assert told(before, after) == [("1", "received.id", "no longer equal to that of exchange 2")]


@SPELLINGS
def test_an_instant_out_of_order_is_told_once(spelling: Spelling) -> None:
    """It is written before another that it was written after."""
    times = TIMES.copy()
    times.remove("step 5")
    before, after = story(Run(spelling, *TIMES)), story(Run(spelling, "step 5", *times))

    assert told(before, after) == [("6", "received.last_step_at", "now before that of exchange 5")]


@SPELLINGS
def test_kinds_are_not_mixed(spelling: Spelling) -> None:
    """A uuid in the place of an etag is another value, whatever its number."""
    before, after = story(Run(spelling, *TIMES)), story(Run(spelling, *TIMES), etag=("uuid", "cart"))

    [one] = compare(before, after)

    assert (one.change, one.path) == (Change.CHANGED, "received.etag")


def test_data_that_look_like_instants_are_data() -> None:
    """A date of birth, a whole second, an expiry at another distance."""
    for before, after in (
        ("1980-05-05T00:00:00Z", "1980-05-06T00:00:00Z"),
        ("2000-01-01T00:00:00Z", "2000-01-01T00:00:01Z"),
        ("2000-01-01T01:00:00.000003Z", "2000-01-01T02:00:00.000003Z"),
    ):
        sides = [
            {
                "goldtape": 1,
                "test": "t",
                "cases": [],
                "exchanges": [{"request": "GET /", "status": 200, "received": {"at": at}}],
            }
            for at in (before, after)
        ]
        assert [one.change for one in compare(*sides)] == [Change.CHANGED]


def test_objects_keyed_by_minted_values_are_compared_by_their_names() -> None:
    """A placeholder can be the name of a field."""

    def keyed(*numbers: int) -> Transcript:
        carts = {as_today("uuid", number): {"n": place} for place, number in enumerate(numbers)}
        one = {"request": "GET /", "status": 200, "received": carts}
        return {"goldtape": 1, "test": "t", "cases": [], "exchanges": [one]}

    assert compare(keyed(1, 2), keyed(3, 4)) == []


def test_a_long_transcript_is_compared_in_time() -> None:
    """Two hundred kilobytes with hundreds of names."""
    long = [story(Run(as_today, *times, *TIMES), extra=bool(times)) for times in ([], ["trace"])]
    for one in long:
        one["exchanges"] = [
            {**shown, "request": f"{shown['request']}/{n}"} for n in range(20) for shown in one["exchanges"]
        ]
    started = time.process_time()

    assert len(compare(*long)) == 60
    assert time.process_time() - started < 3
