"""causes: one change is told once over exchanges and tests, the gravest first, and its fingerprint lasts."""

from __future__ import annotations

from typing import Any

from goldtape.goldens.transcript import Transcript
from goldtape.verdict.causes import facts, summary
from goldtape.verdict.difference import Difference
from goldtape.verdict.drift import compare

PUT = "PUT /v1/carts/00000000-0000-4000-8000-000000000001/items/item-7"
CODE = {"error": {"code": "NOT_FOUND"}}


def transcript(*exchanges: dict[str, Any]) -> Transcript:
    return {"goldtape": 1, "test": "t", "cases": [], "exchanges": [{"status": 200} | one for one in exchanges]}


def told(**tests: list[Difference]) -> list[str]:
    return summary(
        {f"tests/t.py::{name}": facts(found, lambda _: "snapshots/t.json:6") for name, found in tests.items()}
    )


def flipped(request: str = PUT, status: int = 404) -> list[Difference]:
    return compare(
        transcript({"request": request}), transcript({"request": request, "status": status, "received": CODE})
    )


def changed(before: Any, after: Any, request: str = "GET /v1/carts", **how: Any) -> list[Difference]:
    sides = [transcript({"request": request, "received": value} | how) for value in (before, after)]
    return compare(*sides)


def test_one_cause_in_many_tests_is_told_once() -> None:
    """Kind, number of tests, operation, change and fingerprint; two of the tests, and how many more."""
    found = flipped()

    assert told(a=found, b=found, c=found) == [
        "1 cause, breaking, in 3 tests: PUT /v1/carts/{...}/items/{...} answers 404 NOT_FOUND where it answered 200"
        f"   #{found[0].fingerprint}",
        f"  tests/t.py::a   exchange 1. {PUT}   snapshots/t.json:6",
        f"  tests/t.py::b   exchange 1. {PUT}   snapshots/t.json:6",
        "  and 1 more test",
    ]


def test_the_gravest_cause_stands_first_and_then_the_most_frequent() -> None:
    """Whatever the order of the tests."""
    more, value = changed({"n": 1}, {"n": 1, "m": 2}), changed({"n": 1}, {"n": 2})

    lines = told(a=more, b=value, c=[*more, *value], d=value, e=flipped())

    assert [line.split(":")[0] for line in lines if line.startswith("cause")] == [
        "cause 1 of 3, breaking, in 1 test",
        "cause 2 of 3, changed, in 3 tests",
        "cause 3 of 3, additive, in 2 tests",
    ]


def test_a_field_renamed_everywhere_is_one_cause() -> None:
    """Over operations and places."""
    tests = {
        f"t{n}": changed([{"name": f"a{n}", "n": n}], [{"title": f"a{n}", "n": n}], f"GET /v1/{chr(97 + n)}")
        for n in range(20)
    }

    lines = told(**tests)

    assert lines[0].startswith(
        "1 cause, breaking, in 20 tests: received[*].name renamed to 'title', in 20 operations: GET /v1/a, GET /v1/b "
        "and 18 more   #"
    )
    assert len(lines) == 4


def test_a_service_that_always_fails_is_one_cause() -> None:
    """Whatever it answered before."""
    tests = {
        f"t{n}": compare(
            transcript({"request": f"GET /v1/{chr(97 + n)}", "status": status}),
            transcript({"request": f"GET /v1/{chr(97 + n)}", "status": 500}),
        )
        for n, status in enumerate((200, 201, 404, 409))
    }

    [headline, *_] = told(**tests)

    assert headline.startswith("1 cause, breaking, in 4 tests: answers 500 where it answered 200, in 4 operations: ")


def test_many_causes_are_counted() -> None:
    """The report fits on a screen."""
    tests = {f"t{n}": changed({f"f{n}": 1}, {f"f{n}": "1"}) for n in range(20)}

    lines = told(**tests)

    assert lines[-1] == "and 14 more: 14 breaking"
    assert len(lines) == 13


def test_a_fingerprint_lasts_over_recordings() -> None:
    """It has no ids, numbers or places, and is another one for another operation, path, change or kind."""

    def at(*items: Any) -> str:
        [one] = changed({"rows": items}, {"rows": [*items[:-1], items[-1] | {"n": 2}]})
        return one.fingerprint

    one, two = {"id": "a", "n": 1}, {"id": "00000000-0000-4000-8000-000000000007", "n": 1}
    others = [
        changed({"n": 1}, {"n": 2}),
        changed({"n": 1}, {"n": "1"}),
        changed({"n": 1}, {}),
        changed({"n": 1}, {"m": 2, "n": 1}),
        changed({"m": 1}, {"m": 2}),
        changed({"n": 1}, {"n": 2}, "GET /v1/orders"),
        flipped(),
        flipped(status=500),
    ]

    assert at(one) == at(two) == at(two, one) == at(one, two)
    assert flipped()[0].fingerprint == flipped(PUT.replace("item-7", "item-8"))[0].fingerprint
    assert len({found[0].fingerprint for found in others}) == len(others)
    assert all(len(found[0].fingerprint) == 6 for found in others)


def test_a_segment_that_bodies_hold_is_no_part_of_an_operation() -> None:
    """A data set has a name of its own in each test."""
    found = [
        changed({"n": 1}, {"n": 2}, f"PUT /v1/sets/{name}", sent={"dataset": name})[0] for name in ("demo", "users")
    ]

    assert {one.operation for one in found} == {"PUT /v1/sets/{...}"}
    assert found[0].fingerprint == found[1].fingerprint
