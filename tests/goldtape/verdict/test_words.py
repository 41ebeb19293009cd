"""words: every change has its words, for what came back and for what was sent."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from goldtape.verdict.difference import ABSENT, Change, Difference, How, Relation
from goldtape.verdict.words import RECEIVED, RELATIONS, SENT, worded


@pytest.mark.parametrize(
    ("change", "expected", "actual", "received", "sent"),
    [
        pytest.param(
            Change.GONE, "a, got b", ABSENT, 'expected "a, got b", it is gone', 'recorded "a, got b", not sent'
        ),
        pytest.param(Change.NEW, ABSENT, [1], "new: [1]", "not recorded, sent [1]"),
        pytest.param(Change.RENAMED, "x", "total", "renamed to 'total'", "renamed to 'total'"),
        pytest.param(Change.RETYPED, 1, "1", 'expected 1, got "1"', 'recorded 1, sent "1"'),
        pytest.param(Change.CHANGED, "{x}", "é", 'expected "{x}", got "é"', 'recorded "{x}", sent "é"'),
        pytest.param(
            Change.REORDERED,
            ["a", "b", "c"],
            ["a", "c", "b"],
            "the same 3 items in another order, from [1] on",
            "the same 3 items in another order, from [1] on",
        ),
        pytest.param(
            Change.RESIZED,
            {"bytes": 1, "sha256": "aa"},
            {"bytes": 2, "sha256": "bb"},
            "a large body changed: bytes 1 -> 2",
            "a large body changed: bytes 1 -> 2",
        ),
        pytest.param(
            Change.REWRITTEN,
            ["a", "b"],
            ["c"],
            'expected "a", got "c", and 1 more line',
            'expected "a", got "c", and 1 more line',
        ),
        pytest.param(
            Change.FLIPPED,
            "200",
            "404 NO",
            "answers 404 NO where it answered 200",
            "answers 404 NO where it answered 200",
        ),
        pytest.param(Change.RELATED, "etag-1", Relation("equal", "a"), "now equal to a", "now equal to a"),
    ],
    ids=lambda value: value.value if isinstance(value, Change) else "",
)
def test_a_change_is_worded_for_both_sides(
    change: Change, expected: Any, actual: Any, received: str, sent: str
) -> None:
    """A value that reads like the words around it is told as it is."""
    difference = Difference(change, "1. GET /", "received.x", expected, actual)

    assert worded(difference) == received
    assert worded(difference, SENT) == sent


def test_every_change_has_words() -> None:
    """A new change without words fails here, not in somebody's report."""
    assert set(RECEIVED) == set(SENT) == set(Change)


def test_a_long_value_is_cut() -> None:
    """One line of a report stays one line."""
    [line] = worded(Difference(Change.CHANGED, "1.", "x", "a" * 500, 1)).splitlines()

    assert len(line) < 130
    assert "…" in line


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        pytest.param(Relation("equal", "received.started_at"), "now equal to received.started_at"),
        pytest.param(Relation("unchanged", exchange="3"), "unchanged since exchange 3"),
        pytest.param(Relation("another", exchange="2"), "another one's (that of exchange 2)"),
        pytest.param(Relation("apart", "headers.etag"), "no longer equal to headers.etag"),
        pytest.param(Relation("apart", exchange="afterwards 1"), "no longer equal to that of exchange afterwards 1"),
        pytest.param(Relation("apart"), "another one"),
        pytest.param(Relation("before", "received.at"), "now before received.at"),
        pytest.param(Relation("after", exchange="2"), "now after that of exchange 2"),
    ],
    ids=lambda one: one.how if isinstance(one, Relation) else "",
)
def test_a_broken_relation_is_worded_as_what_it_is_now(relation: Relation, words: str) -> None:
    """The value itself is minted and says nothing."""
    assert worded(Difference(Change.RELATED, "1. GET /", "received.x", "etag-1", relation)) == words


def test_every_relation_has_words() -> None:
    """As every change has."""
    assert set(RELATIONS) == set(get_args(How))
