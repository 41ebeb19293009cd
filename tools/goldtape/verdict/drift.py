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
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from goldtape.goldens.transcript import Transcript, label

Kind = Literal["breaking", "additive", "changed"]

HEADING = "the snapshot's heading"
"""The `exchange` of a difference above the exchanges."""

_IDENTITIES = ("id", "_id", "uuid", "key", "name", "code")
_PAIRS = 1_000_000


class Change(Enum):
    """What happened to the thing at a path, and what `expected` and `actual` of its difference hold.

    GONE and NEW leave one of them ABSENT; RENAMED has the new name in `actual`; REORDERED has the two orders as lists
    of texts; RESIZED has the summaries of two bodies above the limit.
    """

    GONE = "gone"
    NEW = "new"
    RENAMED = "renamed"
    RETYPED = "retyped"
    CHANGED = "changed"
    REORDERED = "reordered"
    RESIZED = "resized"


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs from the snapshot.

    `exchange` is its label ("3. PUT /v1/... as bob"), `path` leads to the place ("received.error.code", "" for the
    exchange itself). `expected` and `actual` are JSON values, or as `Change` says.
    """

    kind: Kind
    change: Change
    exchange: str
    path: str
    expected: Any
    actual: Any


def compare(expected: Transcript, actual: Transcript) -> list[Difference]:
    """Every difference between a snapshot and a transcript, in the order of the exchanges."""
    found: list[Difference] = []
    for key in ("test", "cases", "races"):
        if expected.get(key) != actual.get(key):
            found.append(Difference("changed", Change.CHANGED, HEADING, key, expected.get(key), actual.get(key)))
    before, after = expected["exchanges"], actual["exchanges"]
    for i, j in _aligned(before, after, [label(one) for one in before], [label(one) for one in after]):
        if j is None:
            assert i is not None
            found.append(Difference("breaking", Change.GONE, label(before[i], i + 1), "", before[i], ABSENT))
        elif i is None:
            found.append(Difference("additive", Change.NEW, label(after[j], j + 1), "", ABSENT, after[j]))
        elif not _same(before[i], after[j]):
            found.extend(compare_exchange(before[i], after[j], label(before[i], i + 1)))
    return found


def compare_exchange(expected: dict[str, Any], actual: dict[str, Any], exchange: str) -> list[Difference]:
    """The differences between two exchanges."""
    from deepdiff import DeepDiff  # here, because most runs find no difference and deepdiff is slow to import

    for side in ("sent-large", "received-large"):
        if side in expected and side in actual and expected[side] != actual[side]:
            expected, actual = dict(expected), dict(actual)
            large = Difference("changed", Change.RESIZED, exchange, side, expected.pop(side), actual.pop(side))
            return [*compare_exchange(expected, actual, exchange), large]
    if "headers" in expected or "headers" in actual:
        # A side that shows none has an empty set of them: so the header that came or went is named.
        expected, actual = {"headers": {}, **expected}, {"headers": {}, **actual}
    left, right = _sparse(expected, actual)
    # A field called __typename is as public as any other; DeepDiff would take it for a private attribute.
    tree = DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    raw = [_Raw.of(level) for levels in tree.values() for level in levels]
    return [one.difference(exchange) for one in sorted(_renames(raw), key=_Raw.place)]


# ------------------------------------------------------------------ what DeepDiff is given


_ORDER = "[order]"


class _Order(str):
    """Stands for a list whose items are the same in another order; a text, because DeepDiff does not look into one."""

    items: list[str]

    @classmethod
    def of(cls, items: list[str]) -> _Order:
        order = cls(",".join(items))
        order.items = items
        return order


def _sparse(expected: Any, actual: Any) -> tuple[Any, Any]:
    """The two values with equal parts left out and lists turned into aligned mappings of place to item."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        left, right = {}, {}
        for key in [*expected, *(key for key in actual if key not in expected)]:
            if key not in expected:
                right[key] = actual[key]
            elif key not in actual:
                left[key] = expected[key]
            elif not _same(expected[key], actual[key]):
                left[key], right[key] = _sparse(expected[key], actual[key])
        return left, right
    if isinstance(expected, list) and isinstance(actual, list):
        return _sparse_lists(expected, actual)
    return expected, actual


def _sparse_lists(expected: list[Any], actual: list[Any]) -> tuple[Any, Any]:
    tokens, other = [_token(item) for item in expected], [_token(item) for item in actual]
    if len(tokens) == len(other) and Counter(tokens) == Counter(other):
        return _Order.of(tokens), _Order.of(other)
    identity = _identity(expected, actual)
    if identity:
        tokens, other = [item[identity] for item in expected], [item[identity] for item in actual]
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    pairs: Iterable[tuple[int | None, int | None]] = _aligned(expected, actual, tokens, other)
    if identity and tokens != other and set(tokens) == set(other):
        left[_ORDER], right[_ORDER] = _Order.of([str(one) for one in tokens]), _Order.of([str(one) for one in other])
        places = {token: place for place, token in enumerate(other)}
        pairs = ((i, places[token]) for i, token in enumerate(tokens))
    for i, j in pairs:
        if j is None:
            assert i is not None
            left[f"[{i}]"], right[f"[{i}]"] = expected[i], ABSENT
        elif i is None:
            left[f"[{j}]+"], right[f"[{j}]+"] = ABSENT, actual[j]
        elif not _same(expected[i], actual[j]):
            left[f"[{i}]"], right[f"[{i}]"] = _sparse(expected[i], actual[j])
    return left, right


def _aligned(
    expected: Sequence[Any], actual: Sequence[Any], tokens: Sequence[Hashable], other: Sequence[Hashable]
) -> Iterator[tuple[int | None, int | None]]:
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


# ------------------------------------------------------------------ what DeepDiff answers


@dataclass(slots=True)
class _Raw:
    steps: list[str]
    expected: Any
    actual: Any
    renamed_to: str | None = None

    @classmethod
    def of(cls, level: Any) -> _Raw:
        gone = level.report_type if hasattr(level, "report_type") else ""
        expected, actual = level.t1, level.t2
        if gone == "dictionary_item_added":
            expected = ABSENT
        elif gone == "dictionary_item_removed":
            actual = ABSENT
        return cls([str(step) for step in level.path(output_format="list")], expected, actual)

    def place(self) -> list[tuple[int, int, str]]:
        rank = {"status": 0, "headers": 1}.get(self.steps[0], 2)
        return [(rank, _index(step), step) for step in self.steps]

    def difference(self, exchange: str) -> Difference:
        path = "".join(
            step.rstrip("+") if step.startswith("[") else f".{step}" for step in self.steps if step != _ORDER
        )
        kind, change = self._verdict()
        expected, actual = self.expected, self.actual if self.renamed_to is None else self.renamed_to
        if isinstance(expected, _Order) and isinstance(actual, _Order):
            expected, actual = expected.items, actual.items
        return Difference(kind, change, exchange, path.lstrip("."), expected, actual)

    def _verdict(self) -> tuple[Kind, Change]:
        if self.renamed_to is not None:
            return "breaking", Change.RENAMED
        if isinstance(self.expected, _Order):
            return "changed", Change.REORDERED
        if self.actual is ABSENT:
            return "breaking", Change.GONE
        if self.expected is ABSENT:
            return "additive", Change.NEW
        if _type(self.expected) != _type(self.actual):
            return "breaking", Change.RETYPED
        return "breaking" if self.steps == ["status"] else "changed", Change.CHANGED


def _renames(raw: list[_Raw]) -> list[_Raw]:
    """One entry for a field that went from one name to another with its value."""
    gone = [one for one in raw if one.actual is ABSENT and not one.steps[-1].startswith("[")]
    new = [one for one in raw if one.expected is ABSENT and not one.steps[-1].startswith("[")]
    taken: set[int] = set()
    for one in gone:
        for other in new:
            beside = other.steps[:-1] == one.steps[:-1] and id(other) not in taken
            if beside and _same(one.expected, other.actual):
                one.renamed_to = other.steps[-1]
                taken.add(id(other))
                break
    return [one for one in raw if id(one) not in taken]


def _index(step: str) -> int:
    digits = step.strip("[]+")
    return int(digits) if digits.isdigit() else -1


def _type(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, int | float) else type(value).__name__
