"""drift: one difference for each thing that changed, of the right kind, at the right path."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.goldens.transcript import FORMAT, Transcript
from goldtape.verdict.difference import Change
from goldtape.verdict.drift import compare, may_settle
from goldtape.verdict.words import worded

QUICK = settings(max_examples=30, deadline=None, derandomize=True)

Entry = tuple[str, str, str]
"""Kind, exchange and path of a difference."""

FIRST = "1. GET /v1/orders as alice"


def exchange(**facts: Any) -> dict[str, Any]:
    return {"request": "GET /v1/orders", "as": "alice", "status": 200} | facts


def transcript(*exchanges: dict[str, Any], **heading: Any) -> Transcript:
    return {"goldtape": FORMAT, "test": "tests/t.py::test", "cases": []} | heading | {"exchanges": list(exchanges)}


def found(expected: Transcript, actual: Transcript) -> list[Entry]:
    return [(one.kind, one.exchange, one.path) for one in compare(expected, actual)]


def found_in_body(expected: Any, actual: Any) -> list[tuple[str, str]]:
    differences = compare(transcript(exchange(received=expected)), transcript(exchange(received=actual)))
    assert all(one.exchange == FIRST for one in differences)
    return [(one.kind, one.path) for one in differences]


def numbered(count: int, **extra: Any) -> list[dict[str, Any]]:
    return [{"id": f"item-{n}", "state": "open"} | extra for n in range(count)]


def anonymous(count: int) -> list[dict[str, Any]]:
    return [{"label": f"item {n}", "state": "open"} for n in range(count)]


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        pytest.param({"status": 200}, {"status": 404}, ("breaking", "status"), id="status"),
        pytest.param(
            {"headers": {"allow": "GET"}},
            {"headers": {"allow": "PUT"}},
            ("changed", "headers.allow"),
            id="header",
        ),
        pytest.param({"headers": {"allow": "GET"}}, {}, ("breaking", "headers.allow"), id="header-gone"),
        pytest.param({}, {"headers": {"link": "</next>"}}, ("additive", "headers.link"), id="header-new"),
        pytest.param({"sent": {"limit": 1}}, {"sent": {"limit": 2}}, ("changed", "sent.limit"), id="sent"),
        pytest.param({"query": {"q": "a"}}, {"query": {"q": ["a", "b"]}}, ("breaking", "query.q"), id="query-twice"),
        pytest.param(
            {"received": {}, "headers": {"content-type": None}},
            {"received-text": "{}"},
            ("breaking", "received"),
            id="body-no-longer-json",
        ),
        pytest.param(
            {"headers": {}, "received": {"n": 1}},
            {"headers": {"content-type": None}, "received": {"n": 1}},
            ("breaking", "headers.content-type"),
            id="content-type-gone",
        ),
        pytest.param(
            {"received": {"n": 1}},
            {"received": {"n": 1}, "headers": {"content-type": "application/hal+json"}},
            ("breaking", "headers.content-type"),
            id="content-type-new",
        ),
        pytest.param(
            {"received": {}},
            {"received": {}, "headers": {"etag": "x"}},
            ("additive", "headers.etag"),
            id="header-beside-json",
        ),
        pytest.param(
            {"headers": {"content-type": "application/json"}, "received-text": '{"n": NaN}'},
            {"received": {"n": None}},
            ("breaking", "received"),
            id="nan-to-null",
        ),
        pytest.param(
            {"received": {"n": 1}},
            {"received": {"n": 1, "pin": "[redacted-1]"}},
            ("breaking", "received.pin"),
            id="secret-new",
        ),
        pytest.param(
            {"received": {"n": 1}},
            {"received": {"n": 1, "user": {"pin": "[redacted-1]"}}},
            ("breaking", "received.user"),
            id="secret-new-inside",
        ),
        pytest.param(
            {"to": "shop-support.test", "received": {"calls": [1]}},
            {"to": "shop-support.test", "received": {"calls": [1, 2]}},
            ("breaking", "received.calls[1]"),
            id="call-new",
        ),
        pytest.param(
            {"to": "shop-support.test", "received": {}},
            {"to": "shop-support.test", "received": {"rows": 1}},
            ("breaking", "received.rows"),
            id="row-new",
        ),
        pytest.param(
            {"to": "shop-support.test", "sent": {}},
            {"to": "shop-support.test", "sent": {"n": 1}},
            ("additive", "sent.n"),
            id="sent-to-support",
        ),
        pytest.param(
            {"received": {"etag": '"etag-1"'}},
            {"received": {"_etag": "etag-1"}},
            ("breaking", "received.etag"),
            id="etag-renamed-unquoted",
        ),
    ],
)
def test_exchange_one_part_changed_one_entry(before: dict[str, Any], after: dict[str, Any], entry: Entry) -> None:
    """Each part of an exchange that changes gives its own entry, and no other part one."""
    changed = found(transcript(exchange(**before)), transcript(exchange(**after)))

    first = FIRST.replace("orders", "orders?q=a") if "query" in before else FIRST
    assert changed == [(entry[0], first, entry[1])]


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        pytest.param({"n": 1}, {"n": 2}, ("changed", "received.n"), id="value"),
        pytest.param({"n": 1}, {"n": "1"}, ("breaking", "received.n"), id="number-to-text"),
        pytest.param({"n": 1}, {"n": 1.0}, ("changed", "received.n"), id="integer-to-float"),
        pytest.param({"n": 1}, {"n": True}, ("breaking", "received.n"), id="number-to-boolean"),
        pytest.param({"n": 0}, {"n": False}, ("breaking", "received.n"), id="zero-to-false"),
        pytest.param({"n": "a"}, {"n": None}, ("breaking", "received.n"), id="to-null"),
        pytest.param({"n": None}, {"n": "a"}, ("breaking", "received.n"), id="from-null"),
        pytest.param({"n": []}, {"n": {}}, ("breaking", "received.n"), id="list-to-object"),
        pytest.param(1, 1.0, ("changed", "received"), id="whole-body"),
        pytest.param({"a": 1, "b": 2}, {"a": 1}, ("breaking", "received.b"), id="field-dropped"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, ("additive", "received.b"), id="field-added"),
        pytest.param({"a": 1, "b": 2}, {"a": 1, "c": 2}, ("breaking", "received.b"), id="field-renamed"),
        pytest.param({"__typename": "A"}, {"__typename": "B"}, ("changed", "received.__typename"), id="underscored"),
        pytest.param({"__typename": "A"}, {}, ("breaking", "received.__typename"), id="underscored-dropped"),
        pytest.param({"[0]": 1}, {"[0]": 2}, ("changed", "received[0]"), id="key-in-brackets"),
        pytest.param({"l": [1, 2, 3]}, {"l": [3, 1, 2]}, ("changed", "received.l"), id="list-reordered"),
        pytest.param(numbered(3), numbered(3)[::-1], ("changed", "received"), id="objects-reordered"),
        pytest.param([1, 2, 3], [1, 3], ("breaking", "received[1]"), id="item-deleted"),
        pytest.param([1, 3], [1, 2, 3], ("changed", "received[1]"), id="item-inserted"),
        pytest.param([], [1], ("changed", "received[0]"), id="first-item"),
        pytest.param([[1, 2], [3, 4]], [[1, 2], [3, 5]], ("changed", "received[1][1]"), id="nested-lists"),
        pytest.param([[1, [2, 3]]], [[1, [3, 2]]], ("changed", "received[0][1]"), id="inner-list-reordered"),
        pytest.param(
            {"a": [{"b": [{"c": 1}]}]}, {"a": [{"b": [{"c": 2}]}]}, ("changed", "received.a[0].b[0].c"), id="deep"
        ),
        pytest.param("line 1\nline 2", "line 1\nline 3", ("changed", "received"), id="long-text"),
    ],
)
def test_body_one_thing_changed_one_entry(before: Any, after: Any, entry: tuple[str, str]) -> None:
    """One change in a body is one difference, with its kind and the path that leads to it."""
    assert found_in_body(before, after) == [entry]


@pytest.mark.parametrize("value", [None, True, False, 0, 1, "", [], {}], ids=str)
def test_no_rename_is_inferred_from_a_value_that_says_nothing(value: Any) -> None:
    """A field gone and another one new are two differences."""
    assert found_in_body({"a": value}, {"b": value}) == [("breaking", "received.a"), ("additive", "received.b")]


def test_of_equal_values_the_one_with_the_most_similar_name_is_the_renamed() -> None:
    """Not the one that happens to stand first."""
    [renamed, new] = compare(
        transcript(exchange(received={"created_by": "bob"})),
        transcript(exchange(received={"assigned": "bob", "createdBy": "bob"})),
    )
    renamed, new = sorted((renamed, new), key=lambda one: one.kind, reverse=True)

    assert (renamed.change, renamed.actual, new.path) == (Change.RENAMED, "createdBy", "received.assigned")


def test_what_was_renamed_in_one_place_was_renamed_in_all() -> None:
    """A value that says nothing alone is renamed where another of that name is; a value that differs is not."""
    items = [{"stock": n % 3, "id": f"i{n}"} for n in range(6)]
    renamed = [{"left": item["stock"], "id": item["id"]} for item in items]
    renamed[1]["left"] = 7

    found = compare(transcript(exchange(received=items)), transcript(exchange(received=renamed)))

    assert [(one.change, one.path) for one in found] == [
        (Change.RENAMED, "received[0].stock"),
        (Change.NEW, "received[1].left"),
        (Change.GONE, "received[1].stock"),
        *[(Change.RENAMED, f"received[{n}].stock") for n in range(2, 6)],
    ]


def page(*lines: str) -> Transcript:
    return transcript(exchange(**{"headers": {"content-type": "text/html"}, "received-text": list(lines)}))


LINES = [f"<li>{n % 7}</li>" for n in range(200)]


@pytest.mark.parametrize(
    ("after", "words"),
    [
        pytest.param([*LINES[:90], "<hr>", *LINES[90:]], ['new: "<hr>"'], id="line-inserted"),
        pytest.param(LINES[1:], ['expected "<li>0</li>", it is gone'], id="line-gone"),
        pytest.param(
            ["<b>", "<i>", *LINES[2:]], ['expected "<li>0</li>", got "<b>", and 1 more line'], id="two-lines-together"
        ),
        pytest.param(
            ["<b>", *LINES[1:-1], "<i>"],
            ['expected "<li>0</li>", got "<b>"', 'expected "<li>3</li>", got "<i>"'],
            id="two-lines-apart",
        ),
    ],
)
def test_a_text_is_compared_line_by_line(after: list[str], words: list[str]) -> None:
    """Lines that belong together are one difference; a text that changed breaks nobody."""
    differences = compare(page(*LINES), page(*after))

    assert [worded(one) for one in differences] == words
    assert {one.kind for one in differences} == {"changed"}


def test_a_text_of_one_line_is_compared_so_too() -> None:
    """In a snapshot it is no list."""
    [more] = compare(
        transcript(exchange(**{"received-text": "a"})), transcript(exchange(**{"received-text": ["a", "b"]}))
    )

    assert (more.kind, more.path, worded(more)) == ("changed", "received-text[1]", 'new: "b"')


def test_a_text_inside_json_is_told_from_the_first_line_that_differs() -> None:
    """What is the same before it would fill the report."""
    same = "x" * 200
    [one] = compare(
        transcript(exchange(received={"log": f"{same}\nb"})), transcript(exchange(received={"log": f"{same}\nc"}))
    )

    assert worded(one) == 'expected "b", got "c"'


REFUSED = {"error": {"code": "NOT_FOUND", "message": "there is none"}}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        pytest.param(
            {"status": 200, "headers": {"etag": "x"}, "received": {"id": 1, "rows": [1, 2]}},
            {"status": 404, "received": REFUSED},
            "answers 404 NOT_FOUND where it answered 200",
            id="refuses",
        ),
        pytest.param(
            {"status": 403, "received": {"detail": {"error_code": "OWNERSHIP"}}},
            {"status": 204},
            "answers 204 where it answered 403 OWNERSHIP",
            id="allows",
        ),
        pytest.param(
            {"status": 201, "received": {"code": "A7", "n": 1}},
            {"status": 500, "received-text": "Internal Server Error"},
            "answers 500 where it answered 201",
            id="breaks",
        ),
    ],
)
def test_a_flip_of_success_and_refusal_is_one_difference(
    before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    """With status and code; what else the two answers hold cannot be compared."""
    [one] = compare(transcript(exchange(**before)), transcript(exchange(**after)))

    assert (one.kind, one.path, one.change, worded(one)) == ("breaking", "status", Change.FLIPPED, words)


def test_what_was_sent_is_compared_beside_a_flip() -> None:
    """Another request can be the reason of another answer."""
    before, after = exchange(sent={"n": 1}), exchange(sent={"n": 2}, status=409)

    assert found(transcript(before), transcript(after)) == [
        ("breaking", FIRST, "status"),
        ("changed", FIRST, "sent.n"),
    ]


@pytest.mark.parametrize("items", [pytest.param(numbered, id="with-ids"), pytest.param(anonymous, id="without-ids")])
@pytest.mark.parametrize("place", [0, 500, 999])
def test_list_of_thousand_one_edit_one_entry(items: Any, place: int) -> None:
    """One item of a thousand deleted, inserted or changed is one difference, wherever it stands."""
    before = items(1000)
    shorter = before[:place] + before[place + 1 :]
    changed = [item | {"state": "done"} if n == place else item for n, item in enumerate(before)]

    assert found_in_body(before, shorter) == [("breaking", f"received[{place}]")]
    assert found_in_body(shorter, before) == [("changed", f"received[{place}]")]
    assert found_in_body(before, changed) == [("changed", f"received[{place}].state")]


@pytest.mark.parametrize("items", [pytest.param(numbered, id="with-ids"), pytest.param(anonymous, id="without-ids")])
def test_huge_list_four_edits_four_entries_in_order(items: Any) -> None:
    """Four edits far apart in a list of 6,000 items are four differences, in the order of their places."""
    before = items(6_000)
    after = list(before)
    after[3_000] = before[3_000] | {"state": "done"}
    after[5_999] = before[5_999] | {"state": 1}
    after.insert(4_000, {"id": "new", "label": "new"})
    del after[10]

    assert found_in_body(before, after) == [
        ("breaking", "received[10]"),
        ("changed", "received[3000].state"),
        ("changed", "received[3999]"),
        ("breaking", "received[5999].state"),
    ]


def test_long_list_of_few_values_edited_at_both_ends_is_compared_in_time() -> None:
    """A list whose items repeat does not make the comparison quadratic."""
    before = [n % 2 for n in range(20_000)]
    started = time.process_time()

    assert found_in_body(before, [7, *before[1:-1], 8]) == [("changed", "received[0]"), ("changed", "received[19999]")]
    assert (
        time.process_time() - started < 5
    )  # 0.4 s, four times that while coverage is measured; quadratic takes minutes


def test_exchange_missing_or_new_is_one_entry_and_numbers_stay() -> None:
    """A missing exchange is breaking, a new one additive, and those around them are still paired."""
    get, put, last = exchange(), exchange(request="PUT /v1/orders/1"), exchange(request="GET /v1/audit")
    changed = last | {"status": 500}

    assert found(transcript(get, put, last), transcript(get, last)) == [
        ("breaking", "2. PUT /v1/orders/1 as alice", "")
    ]
    assert found(transcript(get, last), transcript(get, put, last)) == [
        ("additive", "2. PUT /v1/orders/1 as alice", "")
    ]
    assert found(transcript(get, put, last), transcript(get, changed)) == [
        ("breaking", "2. PUT /v1/orders/1 as alice", ""),
        ("breaking", "3. GET /v1/audit as alice", "status"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind", "path", "words"),
    [
        pytest.param(
            exchange(headers={"etag": "a"}, received={"id": 1}),
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ReadTimeout after 6 s"},
            "breaking",
            "status",
            'expected 200, got "no answer: ReadTimeout after 6 s"',
            id="answers-no-more",
        ),
        pytest.param(
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ConnectError"},
            exchange(**{"received-text": "late"}),
            "breaking",
            "status",
            'expected "no answer: ConnectError", got 200',
            id="answers-now",
        ),
        pytest.param(
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ReadTimeout after 6 s"},
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ReadError"},
            "breaking",
            "no-answer",
            'expected "ReadTimeout after 6 s", got "ReadError"',
            id="another-error",
        ),
        pytest.param(
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ReadTimeout after 6 s"},
            {"request": "GET /v1/orders", "as": "alice", "no-answer": "ReadTimeout after 7 s"},
            "changed",
            "no-answer",
            'expected "ReadTimeout after 6 s", got "ReadTimeout after 7 s"',
            id="another-limit",
        ),
    ],
)
def test_exchange_without_an_answer_is_one_entry(
    before: dict[str, Any], after: dict[str, Any], kind: str, path: str, words: str
) -> None:
    """Whether an answer came or went, with all its fields, or another error came."""
    [one] = compare(transcript(before), transcript(after))

    assert (one.kind, one.exchange, one.path, worded(one)) == (kind, FIRST, path, words)


def test_heading_changed_is_one_entry() -> None:
    """Another case id above the exchanges is a difference too."""
    changed = found(transcript(cases=["shop/order"]), transcript(cases=["shop/refund"]))

    assert changed == [("changed", "the snapshot's heading", "cases")]


def test_large_body_changed_says_shape_before_digest() -> None:
    """A summarised body is one difference that says the most telling thing about it."""
    before = {"received-large": {"bytes": 70_000, "sha256": "aa", "shape": {"2 items": "number"}}}
    after = {"received-large": {"bytes": 70_001, "sha256": "bb", "shape": {"1 items": "number"}}}

    [difference] = compare(transcript(exchange(**before)), transcript(exchange(**after)))

    assert (difference.kind, difference.path) == ("changed", "received-large")
    assert worded(difference) == 'a large body changed: shape {"2 items": "number"} -> {"1 items": "number"}'


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        pytest.param({"2 items": {"id": "string", "n": "number", "more": "null"}}, "changed", id="field-new"),
        pytest.param({"9 items": {"id": "string", "n": "number"}}, "changed", id="more-items"),
        pytest.param({"0 items": "nothing"}, "changed", id="no-items"),
        pytest.param({"2 items": {"id": "string"}}, "breaking", id="field-gone"),
        pytest.param({"2 items": {"id": "string", "n": "string"}}, "breaking", id="another-type"),
        pytest.param({"items": {"2 items": {"id": "string", "n": "number"}}}, "breaking", id="wrapped"),
    ],
)
def test_a_large_body_that_lost_a_field_is_breaking(shape: Any, kind: str) -> None:
    """Its outline shows that, as a small body would."""
    before, after = (
        exchange(**{"received-large": {"bytes": 70_000, "sha256": digest, "shape": one}})
        for digest, one in (("aa", {"2 items": {"id": "string", "n": "number"}}), ("bb", shape))
    )

    assert found(transcript(before), transcript(after)) == [(kind, FIRST, "received-large")]


def test_message_says_expected_and_got() -> None:
    """What differs is said as JSON spells it, expected first."""
    [difference] = compare(transcript(exchange(received={"n": 1})), transcript(exchange(received={"n": "1"})))

    assert (difference.change, difference.expected, difference.actual) == (Change.RETYPED, 1, "1")
    assert worded(difference) == 'expected 1, got "1"'


JSON = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, -1, 0.0, 1.0, 2**70]) | st.text("ab_[].+'", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ai_d[].", max_size=3), inner, max_size=4),
    max_leaves=8,
)


def spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@QUICK
@given(JSON, JSON)
def test_compare_finds_nothing_only_in_equal_values(before: Any, after: Any) -> None:
    """No difference means the same JSON, and the same JSON means no difference."""
    assert found_in_body(before, before) == []
    assert (found_in_body(before, after) == []) == (spelled(before) == spelled(after))


@QUICK
@given(JSON, JSON, st.lists(JSON, max_size=4), st.integers(0, 4))
def test_compare_item_changed_in_any_list_is_found_in_that_list(
    before: Any, after: Any, others: list[Any], place: int
) -> None:
    """A list of anything, with one item exchanged, differs exactly when the items differ."""
    left, right = [*others[:place], before, *others[place:]], [*others[:place], after, *others[place:]]

    assert (found_in_body(left, right) == []) == (spelled(before) == spelled(after))


@pytest.mark.parametrize(
    ("expected", "settles"),
    [
        ("<session-1>", True),
        ("GET /carts/<@login-2>", True),
        ('W/"<etag-1>"', True),
        ("<@login-etag-1>", True),
        ("Bearer [redacted-1]", True),
        ("2000-01-01T00:00:00.000001Z", True),
        ("<session>", False),
        ("a-1", False),
        (7, False),
    ],
)
def test_what_stands_for_another_value_may_settle_in_the_teardown(expected: Any, settles: bool) -> None:
    """The teardown can be first to show that it is minted, or secret; a value that is gone stays gone."""
    [changed] = compare(transcript(exchange(x=expected)), transcript(exchange(x=type(expected)())))
    [gone] = compare(transcript(exchange(x=expected)), transcript(exchange()))

    assert (may_settle(changed), may_settle(gone)) == (settles, False)
