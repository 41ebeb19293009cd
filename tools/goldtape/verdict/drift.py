"""Two transcripts -> differences, one for each thing that changed.

The placeholders of both are given the same names first, so that only values which no longer belong together differ. A
difference is data; `explain` words it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from goldtape.goldens.names import NAME
from goldtape.goldens.transcript import RECEIVED, Transcript, label
from goldtape.verdict.difference import ABSENT, Change, Difference
from goldtape.verdict.lists import aligned
from goldtape.verdict.names import blank, names
from goldtape.verdict.operations import full_label, is_support, operation, parameters
from goldtape.verdict.relations import PARTS, Index, Place, index, order, relation
from goldtape.verdict.values import Found, differing, renamed_alike

Exchange = dict[str, Any]

HEADING = "the snapshot's heading"
"""The `exchange` of a difference in the facts above the exchanges."""

_JSON = "application/json"
_REFUSED, _FAILED = 400, 500
_CODES = ("code", "error_code", "errorCode", "error", "title")
_STAND_IN = re.compile(rf"\[redacted|{NAME}|\b(?:19\d\d|2000)-\d\d-\d\d[T ]")


def compare(expected: Transcript, actual: Transcript) -> list[Difference]:
    """Every difference between a snapshot and a transcript, in the order of the exchanges."""
    if expected == actual and repr(expected) == repr(actual):
        return []
    told = actual
    parts = [{name: side.get(name, []) for name in PARTS} for side in (expected, actual)]
    known = names(*parts)
    actual = {**actual, **known.renamed(parts[1])}
    found: list[Difference] = []
    for key in ("test", "cases", "races"):
        if expected.get(key) != actual.get(key):
            found.append(Difference(Change.CHANGED, HEADING, key, expected.get(key), actual.get(key)))
    for part in PARTS:
        found += _compare_part(part, expected.get(part, []), actual[part])
    found = renamed_alike(found)
    if any(_is_related(one) for one in found) or known.moved:
        before, after = index(expected), index(actual)
        found = [_related(one, before, after) if _is_related(one) else one for one in found]
        for moved in known.moved:
            if placed := order(moved, after):
                found.append(_moved(placed[0], placed[1], actual))
    return [_in_its_operation(one, expected, told) for one in found]


def _compare_part(part: str, before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[Difference]:
    prefix = "" if part == PARTS[0] else f"{part} "
    for i, j in aligned([label(one) for one in before], [label(one) for one in after]):
        if i is not None and j is not None:
            found = compare_exchange(before[i], after[j], prefix + full_label(before[i], i + 1))
            yield from (replace(one, places=(part, i, j)) for one in found)
        elif i is not None:
            yield Difference(Change.GONE, prefix + full_label(before[i], i + 1), "", before[i], ABSENT, (part, i, None))
        elif j is not None:
            yield Difference(Change.NEW, prefix + full_label(after[j], j + 1), "", ABSENT, after[j], (part, None, j))


def may_settle(one: Difference) -> bool:
    """Whether a difference at the end of a body can be gone when the teardown has been heard too.

    The teardown can show a value first recognised there: a secret, an etag, an older instant.
    """
    return one.change in (Change.CHANGED, Change.RELATED) and bool(_STAND_IN.search(str(one.expected)))


def compare_exchange(expected: Exchange, actual: Exchange, exchange: str) -> list[Difference]:
    """The differences between two exchanges."""
    if ("no-answer" in expected) != ("no-answer" in actual):
        expected, actual = _answer_in_one(expected), _answer_in_one(actual)
    flipped = None not in (outcomes := (_outcome(expected), _outcome(actual))) and outcomes[0] != outcomes[1]
    if flipped:
        answers = _answer(expected), _answer(actual)
        expected, actual = _request_of(expected), _request_of(actual)
    else:
        expected, actual = _typed(expected), _typed(actual)
    found = [
        Difference(one.change, exchange, one.path(), one.expected, one.actual)
        for one in sorted(differing(expected, actual), key=Found.place)
    ]
    return [Difference(Change.FLIPPED, exchange, "status", *answers), *found] if flipped else found


def _answer_in_one(one: Exchange) -> Exchange:
    """An exchange whose answer is one fact: that all of it came or went is one difference."""
    return _request_of(one) | {"status": one.get("status", f"no answer: {one.get('no-answer')}")}


def _request_of(one: Exchange) -> Exchange:
    return {name: value for name, value in one.items() if name not in (*RECEIVED, "no-answer")}


def _outcome(one: Exchange) -> str | None:
    """What came of a request: success, refusal or failure of the server; None if there is no status."""
    if not isinstance(one.get("status"), int):
        return None
    return "success" if one["status"] < _REFUSED else "refusal" if one["status"] < _FAILED else "failure"


def _answer(one: Exchange) -> str:
    """The status of an answer, and the code of an error."""
    return " ".join(filter(None, (str(one["status"]), _code(one.get("received")) if one["status"] >= _REFUSED else "")))


def _code(received: Any) -> str:
    """The code in an error, wherever the service puts it; "" if there is none."""
    if not isinstance(received, dict):
        return ""
    own = (received[name] for name in _CODES if isinstance(received.get(name), str))
    inner = (code for value in received.values() if (code := _code(value)))
    return next(own, "") or next(inner, "")


def _typed(one: Exchange) -> Exchange:
    """An exchange that shows the content type of each body, the usual one of JSON too, and the headers if none came.

    So a header that came or went is named, and JSON in place of text is no content type that is gone.
    """
    headers = dict(one.get("headers", {}))
    if "received" in one and headers.setdefault("content-type", _JSON) is None:
        del headers["content-type"]
    typed = one | {"headers": headers}
    if "sent" in one and typed.setdefault("content-type", _JSON) is None:
        del typed["content-type"]
    return typed


def _is_related(one: Difference) -> bool:
    """Whether two values are the same but for what they belong to."""
    if one.change is not Change.CHANGED or one.exchange == HEADING:
        return False
    return isinstance(one.expected, str) and isinstance(one.actual, str) and blank(one.expected) == blank(one.actual)


def _related(one: Difference, before: Index, after: Index) -> Difference:
    part, i, j = one.places
    assert i is not None
    assert j is not None
    there, here = Place(part, i, one.path), Place(part, j, one.path)
    return replace(one, change=Change.RELATED, actual=relation(one.expected, one.actual, before, after, there, here))


def _moved(here: Place, how: Any, actual: Transcript) -> Difference:
    prefix = "" if here.part == PARTS[0] else f"{here.part} "
    exchange = prefix + full_label(actual[here.part][here.number], here.number + 1)
    return Difference(Change.RELATED, exchange, here.path, "", how, (here.part, None, here.number))


def _in_its_operation(one: Difference, expected: Transcript, actual: Transcript) -> Difference:
    """With the operation, and the request that was really sent."""
    part, i, j = one.places
    if not part:
        return one
    shown = expected[part][i] if i is not None else actual[part][j]
    sent = actual[part][j]["request"] if j is not None else ""
    return replace(
        one,
        operation=operation(shown, parameters(expected)),
        sent=sent if sent != shown["request"] else "",
        support=is_support(shown) and one.path.startswith("received"),
    )
