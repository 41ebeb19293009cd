"""explain: the fact, the place, the next command; each report as a person reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from goldtape.cassette.faults import OutOfOrder, Unanswered, Unmatched, Unplayed
from goldtape.exchange.interaction import Request
from goldtape.goldens.cassette_file import Stored
from goldtape.verdict.difference import ABSENT, Change, Difference
from goldtape.verdict.explain import Explainer

from ..made import asked, config, stored

TEST = "tests/shop/test_cart.py::test_buy"
RECORD = f"pytest --live --record-mode=rewrite {TEST}"
BUY, LOOK = asked("POST", "/v1/carts", sent={"name": "a", "count": 1}), asked("GET", "/v1/carts")


@pytest.fixture
def explainer(tmp_path: Path) -> Explainer:
    """For a test whose cassette holds two interactions, the second at line 22."""
    file = tmp_path / "cassettes/shop/test_cart/test_buy.yaml"
    return Explainer(TEST, config(tmp_path), stored(file, BUY, LOOK))


def test_an_unmatched_request_is_told_beside_the_nearest_recorded_one(explainer: Explainer) -> None:
    """What differs, recorded first; the place is the cassette's line."""
    sent = asked("POST", "/v1/carts", sent={"name": "b", "colour": "red"}).request

    assert explainer.fault(Unmatched(sent, 0, exhausted=False)).splitlines() == [
        "no recorded answer for POST /v1/carts as bob",
        "  nearest: interaction 1 of cassettes/shop/test_cart/test_buy.yaml, line 2",
        '  sent.colour   not recorded, sent "red"',
        "  sent.count    recorded 1, not sent",
        '  sent.name     recorded "a", sent "b"',
        f"next: fix the request, or record again: {RECORD}",
    ]


def test_a_request_sent_too_often_is_told_with_its_last_recording(explainer: Explainer) -> None:
    """It differs in nothing, so nothing is compared."""
    [line, *_] = explainer.fault(Unmatched(LOOK.request, 1, exhausted=True)).splitlines()[1:]

    assert line == "  it was recorded, but sent more often than recorded; last at interaction 2 of"


def test_a_test_without_a_cassette_is_told_to_record(tmp_path: Path) -> None:
    """The file that is missing is named as the project names it."""
    missing = tmp_path / "cassettes/shop/test_cart/test_buy.yaml"
    explainer = Explainer(TEST, config(tmp_path), Stored(missing, ()))

    for report in (explainer.not_recorded(missing), explainer.fault(Unmatched(BUY.request, None, exhausted=False))):
        assert report.splitlines() == [
            f"{TEST} has no cassettes/shop/test_cart/test_buy.yaml: never recorded, or deleted since",
            f"next: record it against the running service: {RECORD}",
        ]


def test_unplayed_interactions_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    """Five of them, each with its line."""
    file = tmp_path / "cassettes/shop/test_cart/test_buy.yaml"
    explainer = Explainer(TEST, config(tmp_path), stored(file, *[asked("GET", f"/{n}") for n in range(9)]))

    lines = explainer.fault(Unplayed(tuple(range(1, 9)))).splitlines()

    assert lines[0] == "8 of 9 recorded interactions were not played"
    assert lines[1].startswith("  2. GET /1 as bob   cassettes/shop/test_cart/test_buy.yaml, line ")
    assert len(lines) == 8
    assert lines[-2:] == ["  and 3 more", f"next: send them again, or record again without them: {RECORD}"]


def test_another_order_is_told_at_its_first_place(explainer: Explainer) -> None:
    """What was asked for, what was due, and the two ways out."""
    lines = explainer.fault(OutOfOrder(asked=1, due=0)).splitlines()

    assert lines[1:3] == [
        "  2. GET /v1/carts as bob   was asked for",
        "  1. POST /v1/carts as bob   was recorded in its place",
    ]
    assert "with goldtape.concurrently()" in lines[3]


def test_unanswered_requests_are_named(explainer: Explainer) -> None:
    """By method and address."""
    lines = explainer.fault(Unanswered((Request("GET", "http://shop.test/v1/slow", {}),))).splitlines()

    assert lines[:2] == [
        f"1 request(s) of {TEST} got neither a response nor an error of the client:",
        "  GET http://shop.test/v1/slow",
    ]


SHOWN = {"request": "GET /v1/carts", "status": 200}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """The test's: an exchange at line 6, and two of the teardown, the second at line 16."""
    file = tmp_path / "snapshots/shop/test_cart/test_buy.json"
    file.parent.mkdir(parents=True)
    parts = {"goldtape": 1, "test": "t", "cases": [], "exchanges": [SHOWN], "afterwards": [SHOWN, SHOWN]}
    file.write_text(json.dumps(parts, indent=2), encoding="utf-8")
    return file


GONE = Difference(Change.GONE, "1. POST /v1/carts as bob", "received.total", 3, ABSENT, ("exchanges", 0, 0))
MORE = Difference(Change.NEW, "12. GET /v1/carts", "", ABSENT, SHOWN, ("exchanges", None, 1), sent="GET /v2/carts")


def test_differences_stand_in_columns_below_their_count(explainer: Explainer, snapshot: Path) -> None:
    """Kind, exchange, path, words; then where it was recorded, and the request that was sent if it was another."""
    assert explainer.differences([GONE, MORE], snapshot).splitlines() == [
        "2 differences from the snapshot, 1 breaking",
        "  breaking   1. POST /v1/carts as bob   received.total   expected 3, it is gone",
        "  additive   12. GET /v1/carts          -                a new exchange",
        "recorded at",
        "  1. POST /v1/carts as bob   snapshots/shop/test_cart/test_buy.json, line 6",
        "  12. GET /v1/carts          -                                                sent as GET /v2/carts",
        f"next: look at the diff; if the change is meant, record again: {RECORD}",
    ]


def test_the_next_step_is_one_that_the_reader_can_take(explainer: Explainer, snapshot: Path) -> None:
    """Nobody can record a test that fails, or somebody else's service."""
    failed = explainer.differences([GONE], snapshot, failed=True)
    foreign = explainer.differences([GONE], snapshot, failed=True, owner="https://shop.example.com")

    assert failed.splitlines()[-1] == (
        "next: mend the service or the test first; nothing is recorded of a test that fails"
    )
    assert foreign.splitlines()[-1] == (
        "next: tell the owner of https://shop.example.com, or judge it by the plan alone: "
        f"pytest --live --against=plan {TEST}"
    )


def test_facts_travel_as_plain_values(explainer: Explainer, snapshot: Path) -> None:
    """One for each fingerprint, with file and line."""
    alike = replace(GONE, exchange="2. POST /v1/carts as ann")

    facts = explainer.facts([GONE, alike, MORE], snapshot)

    assert json.loads(json.dumps(facts)) == facts
    assert [(one["kind"], one["exchange"], one["at"]) for one in facts] == [
        ("breaking", "1. POST /v1/carts as bob", "snapshots/shop/test_cart/test_buy.json:6"),
        ("additive", "12. GET /v1/carts", "snapshots/shop/test_cart/test_buy.json:1"),
    ]


def test_the_last_exchange_of_a_first_recording_is_shown(explainer: Explainer) -> None:
    """As a snapshot would; a long one is cut."""
    rows = asked("GET", "/v1/carts?limit=2", received=[{"n": n} for n in range(30)])

    lines = explainer.last_exchange([BUY, rows]).splitlines()

    assert lines[:4] == [
        "the last exchange was 2. GET /v1/carts?limit=2 as bob",
        "{",
        '  "request": "GET /v1/carts",',
        '  "as": "bob",',
    ]
    assert len(lines) == 42
    assert lines[-1] == "and 63 more lines"
    assert explainer.last_exchange([]) == ""


def test_a_replay_names_the_lines_in_both_goldens(explainer: Explainer, snapshot: Path) -> None:
    """Of each exchange once; of one that only one of them has, its line there."""
    found = [
        Difference(Change.CHANGED, "the snapshot's heading", "test", "t", "u"),
        Difference(Change.GONE, "1. POST /v1/carts", "received.total", 3, ABSENT, ("exchanges", 0, 0)),
        Difference(Change.GONE, "1. POST /v1/carts", "received.count", 3, ABSENT, ("exchanges", 0, 0)),
        Difference(Change.GONE, "afterwards 2. GET /v1/carts", "", SHOWN, ABSENT, ("afterwards", 1, None)),
        Difference(Change.NEW, "2. GET /v1/carts", "", ABSENT, SHOWN, ("exchanges", None, 1)),
    ]

    cassette, other = "cassettes/shop/test_cart/test_buy.yaml", "snapshots/shop/test_cart/test_buy.json"
    assert explainer.differences(found, snapshot, replay=True).splitlines()[6:-1] == [
        "cassette and snapshot disagree, which a hand or a merge can have done, at",
        f"  1. POST /v1/carts             {cassette}, line 2    {other}, line 6",
        f"  afterwards 2. GET /v1/carts   -                                                 {other}, line 16",
        f"  2. GET /v1/carts              {cassette}, line 22   -",
    ]


def test_many_alike_in_one_list_become_one_line(explainer: Explainer, snapshot: Path) -> None:
    """More than five of one change at one path; another change stays a line of its own."""
    alike = [Difference(Change.CHANGED, "1. GET /", f"received.items[{n}].stock", n, n + 1) for n in range(6)]
    other = Difference(Change.GONE, "1. GET /", "received.items[7].stock", 7, ABSENT)

    lines = explainer.differences([*alike, other], snapshot).splitlines()

    assert lines[0] == "7 differences from the snapshot, 1 breaking"
    assert len(lines) == 4
    assert lines[1].endswith("received.items[0].stock   expected 0, got 1 (and 5 more like it)")


def test_an_id_that_a_shell_would_take_apart_is_quoted(tmp_path: Path) -> None:
    """The command can be copied as it is."""
    explainer = Explainer("tests/t.py::test_a[x y]", config(tmp_path), Stored(tmp_path / "c.yaml", ()))

    assert explainer.not_recorded(tmp_path / "c.yaml").endswith("--record-mode=rewrite 'tests/t.py::test_a[x y]'")
