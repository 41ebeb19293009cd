"""Two transcripts -> differences, one for each thing that changed, each breaking, additive or changed.

breaking   a client written against the snapshot may stop working: another status, a field gone, renamed or of another
           type, an item or an exchange missing
additive   it will not notice: a new field, header, item or exchange
changed    the shape is the same, the value or the order is not

A difference is data; `explain` words it. Lists are aligned before they are compared: an item deleted from a thousand
is one difference, not a thousand.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

from goldtape.goldens.names import NAME
from goldtape.goldens.transcript import RECEIVED, Transcript, label

Kind = Literal["breaking", "additive", "changed"]
Exchange = dict[str, Any]

HEADING = "the snapshot's heading"
"""The `exchange` of a difference in the facts above the exchanges."""

_SUMMARIES = (("sent-large",), ("received-large",))
_IDENTITIES = ("id", "_id", "uuid", "key", "name", "code")
_PAIRS = 1_000_000
_STAND_IN = re.compile(rf"\[redacted|{NAME}|\b(?:19\d\d|2000)-\d\d-\d\d[T ]")


class Change(Enum):
    """The sort of a difference, which decides what its `expected` and `actual` hold.

    GONE and NEW: one of them is ABSENT. RENAMED: `actual` is the new name. REORDERED: the two orders, as lists of
    texts. RESIZED: the summaries of two bodies above the limit. Others: the two JSON values.
    """

    GONE = "gone"
    NEW = "new"
    RENAMED = "renamed"
    RETYPED = "retyped"
    CHANGED = "changed"
    REORDERED = "reordered"
    RESIZED = "resized"


_BREAKING = (Change.GONE, Change.RENAMED, Change.RETYPED)


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs from the snapshot.

    `exchange` is its label ("3. PUT /v1/... as bob"), `path` leads to the place ("received.error.code", "" for the
    exchange itself). `Change` says what `expected` and `actual` are. `places` are the part of the transcripts and the
    places in it, counted from 0, of the two exchanges; None where there is none.
    """

    change: Change
    exchange: str
    path: str
    expected: Any
    actual: Any
    places: tuple[str, int | None, int | None] = ("", None, None)

    @property
    def kind(self) -> Kind:
        """The gravity of the difference for a client that was written against the snapshot."""
        if self.change in _BREAKING or self.path == "status":
            return "breaking"
        if self.path == "no-answer" and _error(self.expected) != _error(self.actual):
            return "breaking"
        return "additive" if self.change is Change.NEW else "changed"


def compare(expected: Transcript, actual: Transcript) -> list[Difference]:
    """Every difference between a snapshot and a transcript, in the order of the exchanges."""
    found: list[Difference] = []
    for key in ("test", "cases", "races"):
        if expected.get(key) != actual.get(key):
            found.append(Difference(Change.CHANGED, HEADING, key, expected.get(key), actual.get(key)))
    for part in ("exchanges", "afterwards"):
        found += _compare_part(part, expected.get(part, []), actual.get(part, []))
    return found


def _compare_part(part: str, before: Sequence[Exchange], after: Sequence[Exchange]) -> Iterator[Difference]:
    prefix = "" if part == "exchanges" else f"{part} "
    for i, j in _aligned([label(one) for one in before], [label(one) for one in after]):
        if i is not None and j is not None:
            found = compare_exchange(before[i], after[j], prefix + label(before[i], i + 1))
            yield from (replace(one, places=(part, i, j)) for one in found)
        elif i is not None:
            yield Difference(Change.GONE, prefix + label(before[i], i + 1), "", before[i], ABSENT, (part, i, None))
        elif j is not None:
            yield Difference(Change.NEW, prefix + label(after[j], j + 1), "", ABSENT, after[j], (part, None, j))


def may_settle(one: Difference) -> bool:
    """Whether a difference at the end of a body can be gone when the teardown has been heard too.

    The teardown can show a value first recognised there: a secret, an etag, an older instant.
    """
    return one.change is Change.CHANGED and bool(_STAND_IN.search(str(one.expected)))


def compare_exchange(expected: Exchange, actual: Exchange, exchange: str) -> list[Difference]:
    """The differences between two exchanges."""
    if ("no-answer" in expected) != ("no-answer" in actual):
        expected, actual = _answer_in_one(expected), _answer_in_one(actual)
    if "headers" in expected or "headers" in actual:
        # A side that shows none has an empty set of them: so the header that came or went is named.
        expected, actual = {"headers": {}, **expected}, {"headers": {}, **actual}
    found = sorted(_differing(expected, actual), key=_Found.place)
    return [Difference(one.change, exchange, one.path(), one.expected, one.actual) for one in found]


def _answer_in_one(one: Exchange) -> Exchange:
    """An exchange whose answer is one fact: that all of it came or went is one difference."""
    rest = {name: value for name, value in one.items() if name not in (*RECEIVED, "no-answer")}
    return rest | {"status": one.get("status", f"no answer: {one.get('no-answer')}")}


def _error(why: str) -> str:
    """The class of the error; the limit after it is the test's own, and says nothing of the service."""
    return why.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class _Found:
    """A difference inside an exchange; a step is the name of a field, `[3]` for an item, `[3]+` for a new item."""

    change: Change
    steps: tuple[str, ...]
    expected: Any
    actual: Any

    def place(self) -> tuple[int, list[tuple[int, str]]]:
        rank = {"status": 0, "headers": 1}.get(self.steps[0], 3 if self.change is Change.RESIZED else 2)
        return rank, [(_index(step), step) for step in self.steps]

    def path(self) -> str:
        steps = (step.rstrip("+") if step.startswith("[") else f".{step}" for step in self.steps)
        return "".join(steps).lstrip(".")


def _differing(expected: Any, actual: Any, steps: tuple[str, ...] = ()) -> Iterator[_Found]:
    """The differences between two values that lie at `steps`."""
    if _same(expected, actual):
        return
    if steps in _SUMMARIES:
        yield _Found(Change.RESIZED, steps, expected, actual)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        yield from _differing_fields(expected, actual, steps)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _differing_items(expected, actual, steps)
    else:
        change = Change.CHANGED if _type(expected) == _type(actual) else Change.RETYPED
        yield _Found(change, steps, expected, actual)


def _differing_fields(expected: dict[str, Any], actual: dict[str, Any], steps: tuple[str, ...]) -> Iterator[_Found]:
    added = [name for name in actual if name not in expected]
    for name, value in expected.items():
        here = (*steps, name)
        if name in actual:
            yield from _differing(value, actual[name], here)
        elif (renamed := next((other for other in added if _same(value, actual[other])), None)) is not None:
            added.remove(renamed)
            yield _Found(Change.RENAMED, here, value, renamed)
        else:
            yield _Found(Change.GONE, here, value, ABSENT)
    for name in added:
        yield _Found(Change.NEW, (*steps, name), ABSENT, actual[name])


def _differing_items(expected: list[Any], actual: list[Any], steps: tuple[str, ...]) -> Iterator[_Found]:
    tokens: list[Any] = [_token(item) for item in expected]
    other: list[Any] = [_token(item) for item in actual]
    if Counter(tokens) == Counter(other):
        yield _Found(Change.REORDERED, steps, tokens, other)
        return
    if identity := _identity(expected, actual):
        tokens, other = [item[identity] for item in expected], [item[identity] for item in actual]
    pairs: Iterable[tuple[int | None, int | None]] = _aligned(tokens, other)
    if identity and tokens != other and set(tokens) == set(other):
        yield _Found(Change.REORDERED, steps, [str(one) for one in tokens], [str(one) for one in other])
        places = {token: place for place, token in enumerate(other)}
        pairs = ((place, places[token]) for place, token in enumerate(tokens))
    for i, j in pairs:
        if i is not None and j is not None:
            yield from _differing(expected[i], actual[j], (*steps, f"[{i}]"))
        elif i is not None:
            yield _Found(Change.GONE, (*steps, f"[{i}]"), expected[i], ABSENT)
        elif j is not None:
            yield _Found(Change.NEW, (*steps, f"[{j}]+"), ABSENT, actual[j])


def _aligned(tokens: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of places: both for items that correspond, None where one side has no counterpart."""
    head = 0
    while head < min(len(tokens), len(other)) and tokens[head] == other[head]:
        yield head, head
        head += 1
    tail = 0
    while tail < min(len(tokens), len(other)) - head and tokens[-1 - tail] == other[-1 - tail]:
        tail += 1
    middle, other_middle = tokens[head : len(tokens) - tail], other[head : len(other) - tail]
    for tag, i1, i2, j1, j2 in _matcher(middle, other_middle).get_opcodes():
        both = min(i2 - i1, j2 - j1) if tag in ("equal", "replace") else 0
        for step in range(both):
            yield head + i1 + step, head + j1 + step
        for i in range(i1 + both, i2):
            yield head + i, None
        for j in range(j1 + both, j2):
            yield None, head + j
    for step in range(tail, 0, -1):
        yield len(tokens) - step, len(other) - step


def _matcher(tokens: Sequence[Hashable], other: Sequence[Hashable]) -> difflib.SequenceMatcher[Hashable]:
    counts = Counter(other)
    # difflib looks at every pair of equal items; when few values repeat all over, they cannot be its landmarks.
    repeats = sum(counts[token] for token in tokens) > _PAIRS
    return difflib.SequenceMatcher(None, tokens, other, autojunk=repeats)


def _identity(expected: list[Any], actual: list[Any]) -> str | None:
    """The field that names the items of both lists: there, scalar, and unique on each side."""
    for field in _IDENTITIES:
        sides = [[item.get(field) if isinstance(item, dict) else None for item in side] for side in (expected, actual)]
        scalar = all(isinstance(value, str | int) for side in sides for value in side)
        if scalar and all(len(set(side)) == len(side) for side in sides):
            return field
    return None


def _same(expected: Any, actual: Any) -> bool:
    # 1, 1.0 and True are equal to Python; to the reader of a JSON document they are not.
    return bool(expected == actual) and _token(expected) == _token(actual)


def _token(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _index(step: str) -> int:
    digits = step.strip("[]+")
    return int(digits) if digits.isdigit() else -1


def _type(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, int | float) else type(value).__name__
