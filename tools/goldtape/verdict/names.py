"""Two transcripts are compared modulo names: the placeholders of one become those of the other, by majority.

A placeholder is numbered in the order in which a test meets the values. So one more minted value at the start would
change all numbers after it, and say nothing. Here the numbers are left out first; where texts are equal without them,
their numbers belong together. The pairs that are met most often are bound, one to one, and inside one kind only; of
instants, `Names.moved` are those that do not keep the order of the others. What still differs after that is a value
that no longer belongs to what it belonged to.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from goldtape.verdict.lists import aligned, identity, token
from goldtape.verdict.values import new_name

Placeholder = tuple[str, int]
"""Its kind, which holds all of it that is no number, and the number."""

INSTANT = "instant"
_UUID = r"\b[0-9a-f]{8}-0000-4000-8000-(?=\d{12}\b)"
_NAMED = rf"(?P<name>{_UUID}|\b(?:etag|token)-(?:[a-z][\w-]*-)?|\[redacted-|<@?[a-z][\w.-]*-)"
# The microseconds number an instant. All else of it is a distance or a form, and stays as it is.
_CLOCK = r"(?P<year>\d{4})(?P<rest>-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.)(?P<micros>(?!0{6})0\d{5})"
_LOOKS = re.compile(rf"{_NAMED}(?P<number>\d+)|{_CLOCK}")
# A wider fixture has a day of its own before this year; those of a test are around the first day of 2000.
_OWN = 1999


def placeholders(text: str) -> list[Placeholder]:
    """The placeholders in a text, in their order."""
    return [_read(match) for match in _LOOKS.finditer(text)]


def blank(text: str) -> str:
    """A text without the numbers of its placeholders."""
    return _LOOKS.sub(lambda match: _spelled(match, 0), text)


def _read(match: re.Match[str]) -> Placeholder:
    if match["name"]:
        return match["name"], int(match["number"])
    return INSTANT + ("" if int(match["year"]) >= _OWN else match["year"]), int(match["micros"])


def _spelled(match: re.Match[str], number: int) -> str:
    """A placeholder with another number."""
    old = match["number"] or match["micros"]
    width = len(old) if old[0] == "0" else 0
    return match[0][: -len(old)] + str(number).zfill(width)


class Moved(NamedTuple):
    """An instant that is before or after the `other` now, as it was not; both as the first transcript has them."""

    instant: Placeholder
    how: Literal["before", "after"]
    other: Placeholder


@dataclass(frozen=True, slots=True)
class Names:
    """The placeholders of one transcript -> the numbers of those in another; `moved` are out of order now."""

    numbers: dict[Placeholder, int]
    moved: list[Moved]

    def renamed(self, value: Any) -> Any:
        """A JSON value with the placeholders of the other transcript."""
        return _changed(value, lambda text: _LOOKS.sub(lambda match: _spelled(match, self.numbers[_read(match)]), text))


def names(expected: Any, actual: Any) -> Names:
    """The names by which the placeholders of `actual` are those of `expected`."""
    met: Counter[tuple[str, int, int]] = Counter()
    for text, other in _pairs(expected, actual):
        for (kind, theirs), (_, ours) in zip(placeholders(text), placeholders(other), strict=True):
            met[kind, theirs, ours] += 1
    numbers: dict[Placeholder, int] = {}
    moved: list[Moved] = []
    orders: dict[str, list[tuple[int, int]]] = {}
    taken: set[Placeholder] = set()
    # A stable sort: of those met equally often, the one met first.
    for kind, theirs, ours in sorted(met, key=lambda one: -met[one]):
        if (kind, theirs) in taken or (kind, ours) in numbers:
            continue
        taken.add((kind, theirs))
        numbers[kind, ours] = theirs
        if kind.startswith(INSTANT) and (wrong := _out_of_order(orders.setdefault(kind, []), theirs, ours)):
            moved.append(Moved((kind, theirs), wrong[0], (kind, wrong[1])))
    _number_others(numbers, taken, _all(expected), _all(actual))
    return Names(numbers, moved)


def _out_of_order(
    order: list[tuple[int, int]], theirs: int, ours: int
) -> tuple[Literal["before", "after"], int] | None:
    """What an instant is on the wrong side of; None if it stands where it did, and takes its place in the order."""
    place = bisect(order, (theirs, ours))
    if place and order[place - 1][1] > ours:
        return "before", order[place - 1][0]
    if place < len(order) and order[place][1] < ours:
        return "after", order[place][0]
    order.insert(place, (theirs, ours))
    return None


def _number_others(
    numbers: dict[Placeholder, int],
    taken: set[Placeholder],
    expected: set[Placeholder],
    actual: set[Placeholder],
) -> None:
    """Give those that belong to none their own number, or a new one if that stands for something else."""
    last: dict[str, int] = {}
    for kind, number in expected | actual:
        last[kind] = max(last.get(kind, 0), number)
    for kind, number in sorted(actual):
        if (kind, number) in numbers:
            continue
        if (kind, number) in taken:
            last[kind] += 1
            numbers[kind, number] = last[kind]
        else:
            numbers[kind, number] = number


def _all(value: Any) -> set[Placeholder]:
    found: set[Placeholder] = set()

    def note(text: str) -> str:
        found.update(placeholders(text))
        return text

    _changed(value, note)
    return found


def _pairs(expected: Any, actual: Any) -> Iterator[tuple[str, str]]:
    """Texts that stand at corresponding places, and are equal when their placeholders are blank."""
    if isinstance(expected, str) and isinstance(actual, str):
        if blank(expected) == blank(actual):
            yield expected, actual
    elif isinstance(expected, dict) and isinstance(actual, dict):
        added = {name: actual[name] for name in actual if name not in expected}
        blanks = {name: _changed(value, blank) for name, value in added.items()}
        for name, value in expected.items():
            other: str | None = name
            if name not in actual:
                same = (one for one in added if blank(one) == blank(name))
                other = next(same, None) or new_name(name, _changed(value, blank), blanks)
            if other is not None:
                added.pop(other, None)
                blanks.pop(other, None)
                yield from _pairs(name, other)
                yield from _pairs(value, actual[other])
    elif isinstance(expected, list) and isinstance(actual, list):
        tokens, others = _tokens(expected, actual)
        for i, j in aligned(tokens, others):
            if i is not None and j is not None:
                yield from _pairs(expected[i], actual[j])


def _tokens(expected: list[Any], actual: list[Any]) -> tuple[list[str], list[str]]:
    """What the items of two lists are known by."""
    if (name := identity(expected, actual)) and not any(placeholders(str(item[name])) for item in expected + actual):
        return [token(item[name]) for item in expected], [token(item[name]) for item in actual]
    both = [[token(_changed(_request_of(item), blank)) for item in side] for side in (expected, actual)]
    return both[0], both[1]


def _request_of(item: Any) -> Any:
    """What an exchange is known by, as opposed to any other item: who asks for what."""
    is_exchange = isinstance(item, dict) and "request" in item and ("status" in item or "no-answer" in item)
    return [item["request"], item.get("as")] if is_exchange else item


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each of its texts changed, the names of fields too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): _changed(one, change) for name, one in value.items()}
    return [_changed(one, change) for one in value] if isinstance(value, list) else value
