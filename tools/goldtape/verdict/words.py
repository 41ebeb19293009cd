"""A difference in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from goldtape.verdict.difference import ABSENT, Change, Difference, How, Relation

_PARTS_OF_A_SUMMARY = ("shape", "bytes", "sha256")

RECEIVED: Mapping[Change, str] = {
    Change.GONE: "expected {expected}, it is gone",
    Change.NEW: "new: {actual}",
    Change.RENAMED: "renamed to {actual!r}",
    Change.RETYPED: "expected {expected}, got {actual}",
    Change.CHANGED: "expected {expected}, got {actual}",
    Change.REORDERED: "the same {count} items in another order, from [{first}] on",
    Change.RESIZED: "a large body changed: {part} {expected} -> {actual}",
    Change.REWRITTEN: "{rewritten}",
    Change.FLIPPED: "answers {actual} where it answered {expected}",
    Change.RELATED: "{relation}",
}
"""The words for a change in a response."""

SENT: Mapping[Change, str] = {
    **RECEIVED,
    Change.GONE: "recorded {expected}, not sent",
    Change.NEW: "not recorded, sent {actual}",
    Change.RETYPED: "recorded {expected}, sent {actual}",
    Change.CHANGED: "recorded {expected}, sent {actual}",
}
"""The words for a change in a request."""

RELATIONS: Mapping[How, str] = {
    "equal": "now equal to {other}",
    "unchanged": "unchanged since exchange {exchange}",
    "another": "another one's (that of exchange {exchange})",
    "apart": "no longer equal to {other}",
    "before": "now before {other}",
    "after": "now after {other}",
}

_EXCHANGE = {Change.GONE: "expected this exchange, it is gone", Change.NEW: "a new exchange"}


def worded(one: Difference, words: Mapping[Change, str] = RECEIVED) -> str:
    """A difference in one line, without its place."""
    if not one.path:
        return _EXCHANGE[one.change]
    return words[one.change].format(**_facts(one))


def _facts(one: Difference) -> dict[str, Any]:
    expected, actual, part = one.expected, one.actual, ""
    match one.change:
        case Change.RENAMED:
            return {"actual": actual}
        case Change.FLIPPED:
            return {"expected": expected, "actual": actual}
        case Change.RELATED:
            return {"relation": _related(actual)}
        case Change.REORDERED:
            pairs = zip(expected, actual, strict=True)
            return {"count": len(expected), "first": next(place for place, (a, b) in enumerate(pairs) if a != b)}
        case Change.REWRITTEN:
            more = max(len(expected), len(actual)) - 1
            change = Change.CHANGED if expected and actual else Change.GONE if expected else Change.NEW
            line, other = (_shown(lines[0]) if lines else "" for lines in (expected, actual))
            told = RECEIVED[change].format(expected=line, actual=other)
            return {"rewritten": told + (f", and {more} more line{'s' * (more > 1)}" if more else "")}
        case Change.RESIZED:
            part = next(name for name in _PARTS_OF_A_SUMMARY if expected.get(name) != actual.get(name))
            expected, actual = expected.get(part), actual.get(part)
        case Change.CHANGED if isinstance(expected, str) and isinstance(actual, str):
            expected, actual = _from_the_first_line(expected, actual)
    return {"expected": _shown(expected), "actual": _shown(actual), "part": part}


def _related(found: Relation) -> str:
    other = found.path or (found.exchange and f"that of exchange {found.exchange}")
    return RELATIONS[found.how].format(other=other, exchange=found.exchange) if other else "another one"


def _from_the_first_line(expected: str, actual: str) -> tuple[str, str]:
    """Two texts of several lines, from the first line that differs."""
    sides = [text.split("\n") for text in (expected, actual)]
    first = next((place for place, (a, b) in enumerate(zip(*sides, strict=False)) if a != b), 0)
    return "\n".join(sides[0][first:]), "\n".join(sides[1][first:])


def _shown(value: Any, limit: int = 100) -> str:
    text = repr(value) if value is ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
