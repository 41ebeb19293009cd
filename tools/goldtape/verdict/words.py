"""A difference in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from goldtape.verdict.drift import ABSENT, Change, Difference

_PARTS_OF_A_SUMMARY = ("shape", "bytes", "sha256")

RECEIVED: Mapping[Change, str] = {
    Change.GONE: "expected {expected}, it is gone",
    Change.NEW: "new: {actual}",
    Change.RENAMED: "renamed to {actual!r}",
    Change.RETYPED: "expected {expected}, got {actual}",
    Change.CHANGED: "expected {expected}, got {actual}",
    Change.REORDERED: "the same {count} items in another order, from [{first}] on",
    Change.RESIZED: "a large body changed: {part} {expected} -> {actual}",
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

_EXCHANGE = {Change.GONE: "expected this exchange, it is gone", Change.NEW: "a new exchange"}


def worded(one: Difference, words: Mapping[Change, str] = RECEIVED) -> str:
    """A difference in one line, without its place."""
    if not one.path:
        return _EXCHANGE[one.change]
    return words[one.change].format(**_facts(one))


def _facts(one: Difference) -> dict[str, Any]:
    if one.change is Change.RENAMED:
        return {"actual": one.actual}
    if one.change is Change.REORDERED:
        pairs = zip(one.expected, one.actual, strict=True)
        return {"count": len(one.expected), "first": next(place for place, (a, b) in enumerate(pairs) if a != b)}
    expected, actual, part = one.expected, one.actual, ""
    if one.change is Change.RESIZED:
        part = next(name for name in _PARTS_OF_A_SUMMARY if expected.get(name) != actual.get(name))
        expected, actual = expected.get(part), actual.get(part)
    return {"expected": _shown(expected), "actual": _shown(actual), "part": part}


def _shown(value: Any, limit: int = 100) -> str:
    text = repr(value) if value is ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
