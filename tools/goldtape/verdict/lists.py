"""Which items of two lists correspond: by identity if they have one, else by the likeness of the lists."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

Pair = tuple[int | None, int | None]
"""Places of two items that correspond; None where one side has no counterpart."""

_IDENTITIES = ("id", "_id", "uuid", "key", "name", "code")
_PAIRS = 1_000_000


def aligned(tokens: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[Pair]:
    """The pairs of two lists, in their order."""
    for i1, i2, j1, j2 in parts(tokens, other):
        both = min(i2 - i1, j2 - j1)
        yield from zip(range(i1, i1 + both), range(j1, j1 + both), strict=True)
        yield from ((i, None) for i in range(i1 + both, i2))
        yield from ((None, j) for j in range(j1 + both, j2))


def parts(tokens: Sequence[Hashable], other: Sequence[Hashable]) -> Iterator[tuple[int, int, int, int]]:
    """The parts that correspond, as places from and to in both lists; they are equal, or differ as a whole."""
    shorter = min(len(tokens), len(other))
    head = next((place for place in range(shorter) if tokens[place] != other[place]), shorter)
    yield 0, head, 0, head
    rest = shorter - head
    tail = next((place for place in range(rest) if tokens[-1 - place] != other[-1 - place]), rest)
    middle, other_middle = tokens[head : len(tokens) - tail], other[head : len(other) - tail]
    for _, i1, i2, j1, j2 in _matcher(middle, other_middle).get_opcodes():
        yield head + i1, head + i2, head + j1, head + j2
    yield len(tokens) - tail, len(tokens), len(other) - tail, len(other)


def _matcher(tokens: Sequence[Hashable], other: Sequence[Hashable]) -> difflib.SequenceMatcher[Hashable]:
    counts = Counter(other)
    # difflib looks at every pair of equal items; when few values repeat all over, they cannot be its landmarks.
    repeats = sum(counts[token] for token in tokens) > _PAIRS
    return difflib.SequenceMatcher(None, tokens, other, autojunk=repeats)


def identity(expected: list[Any], actual: list[Any]) -> str | None:
    """The field that names the items of both lists: there, scalar, and unique on each side."""
    for field in _IDENTITIES:
        sides = [[item.get(field) if isinstance(item, dict) else None for item in side] for side in (expected, actual)]
        scalar = all(isinstance(value, str | int) for side in sides for value in side)
        if scalar and all(len(set(side)) == len(side) for side in sides):
            return field
    return None


def token(value: Any) -> str:
    """A JSON value as a text, the same one for equal values only."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def same(expected: Any, actual: Any) -> bool:
    """Whether two values are equal to the reader of a JSON document: 1, 1.0 and true are not, as they are to Python."""
    return bool(expected == actual) and token(expected) == token(actual)
