"""Two JSON values -> what differs between them, one finding for each thing that changed.

Lists are aligned before they are compared: an item deleted from a thousand is one difference, not a thousand. So are
the lines of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from goldtape.verdict.difference import ABSENT, Change, Difference
from goldtape.verdict.lists import Pair, aligned, identity, parts, same, token

_SUMMARIES = (("sent-large",), ("received-large",))
_TEXTS = (("sent-text",), ("received-text",))
_BODY = re.compile(r"(sent|received)(-text|-large)?")
_ETAG = re.compile(r'(?:W/)?"([^"]*)"')
# Values so common that two equal ones say nothing; not `in`, because 1 is True to Python.
_TRIVIAL = frozenset(map(token, (None, True, False, 0, 1, "", [], {})))


@dataclass(frozen=True, slots=True)
class Found:
    """A difference inside an exchange; a step is the name of a field, `[3]` for an item, `[3]+` for a new item."""

    change: Change
    steps: tuple[str, ...]
    expected: Any
    actual: Any

    def place(self) -> tuple[int, list[tuple[int, str]]]:
        """The key by which findings are sorted."""
        rank = {"status": 0, "headers": 1}.get(self.steps[0], 3 if self.change is Change.RESIZED else 2)
        return rank, [(_index(step), step) for step in self.steps]

    def path(self) -> str:
        """The path as a person writes it."""
        steps = (step.rstrip("+") if step.startswith("[") else f".{step}" for step in self.steps)
        return "".join(steps).lstrip(".")


def differing(expected: Any, actual: Any, steps: tuple[str, ...] = ()) -> Iterator[Found]:
    """The differences between two values that lie at `steps`."""
    if same(expected, actual):
        return
    if steps in _SUMMARIES:
        yield Found(Change.RESIZED, steps, expected, actual)
    elif steps in _TEXTS:
        yield from _differing_lines(_lines(expected), _lines(actual), steps)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        yield from _differing_fields(expected, actual, steps)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _differing_items(expected, actual, steps)
    else:
        change = Change.CHANGED if _type(expected) == _type(actual) else Change.RETYPED
        yield Found(change, steps, expected, actual)


def _differing_lines(expected: list[str], actual: list[str], steps: tuple[str, ...]) -> Iterator[Found]:
    for i1, i2, j1, j2 in parts(expected, actual):
        if expected[i1:i2] != actual[j1:j2]:
            yield Found(Change.REWRITTEN, (*steps, f"[{i1}]"), expected[i1:i2], actual[j1:j2])


def _differing_fields(expected: dict[str, Any], actual: dict[str, Any], steps: tuple[str, ...]) -> Iterator[Found]:
    added = [name for name in actual if name not in expected]
    for name, value in expected.items():
        here = (*steps, name)
        if name in actual:
            yield from differing(value, actual[name], here)
        elif not steps and (body := _other_form(name, added)):
            added.remove(body)
            yield Found(Change.RETYPED, (_BODY.sub(r"\1", name),), value, actual[body])
        elif renamed := new_name(name, value, {one: actual[one] for one in added}):
            added.remove(renamed)
            yield Found(Change.RENAMED, here, value, renamed)
        else:
            yield Found(Change.GONE, here, value, ABSENT)
    for name in added:
        yield Found(Change.NEW, (*steps, name), ABSENT, actual[name])


def _other_form(name: str, added: Sequence[str]) -> str | None:
    """The field of an exchange that holds the same body as text, as JSON or as a summary; None if there is none."""
    body = _BODY.fullmatch(name)
    same_body = (one for one in added if body and (found := _BODY.fullmatch(one)) and found[1] == body[1])
    return next(same_body, None)


def new_name(name: str, value: Any, added: dict[str, Any]) -> str | None:
    """The new name of a field that is gone: one with a telling value that is equal, the one most like the old name."""
    known = _unquoted(value)
    if known in _TRIVIAL:
        return None
    alike = [other for other, there in added.items() if _unquoted(there) == known]
    return max(alike, key=lambda other: SequenceMatcher(None, name, other).ratio(), default=None)


def renamed_alike(found: list[Difference]) -> list[Difference]:
    """Differences in which a name that was changed somewhere was changed wherever the value is the same."""
    known = {(one.leaf, one.actual) for one in found if one.change is Change.RENAMED}
    if not known:
        return found
    gone = {(one.exchange, one.path): one for one in found if one.change is Change.GONE}
    renamed: dict[int, Difference] = {}
    arrived: set[int] = set()
    for place, one in enumerate(found):
        for old, new in known if one.change is Change.NEW else ():
            left = gone.get((one.exchange, f"{one.path.removesuffix(new)}{old}"))
            if one.leaf == new and left and _unquoted(left.expected) == _unquoted(one.actual):
                renamed[id(left)] = replace(left, change=Change.RENAMED, actual=new)
                arrived.add(place)
                break
    return [renamed.get(id(one), one) for place, one in enumerate(found) if place not in arrived]


def _unquoted(value: Any) -> str:
    """The token of a value; an etag is the same with its quotes and without."""
    quoted = _ETAG.fullmatch(value) if isinstance(value, str) else None
    return token(quoted[1] if quoted else value)


def _differing_items(expected: list[Any], actual: list[Any], steps: tuple[str, ...]) -> Iterator[Found]:
    tokens: list[Any] = [token(item) for item in expected]
    other: list[Any] = [token(item) for item in actual]
    if Counter(tokens) == Counter(other):
        yield Found(Change.REORDERED, steps, tokens, other)
        return
    if name := identity(expected, actual):
        tokens, other = [item[name] for item in expected], [item[name] for item in actual]
    pairs: Iterable[Pair] = aligned(tokens, other)
    if name and tokens != other and set(tokens) == set(other):
        yield Found(Change.REORDERED, steps, [str(one) for one in tokens], [str(one) for one in other])
        places = {one: place for place, one in enumerate(other)}
        pairs = ((place, places[one]) for place, one in enumerate(tokens))
    for i, j in pairs:
        if i is not None and j is not None:
            yield from differing(expected[i], actual[j], (*steps, f"[{i}]"))
        elif i is not None:
            yield Found(Change.GONE, (*steps, f"[{i}]"), expected[i], ABSENT)
        elif j is not None:
            yield Found(Change.NEW, (*steps, f"[{j}]+"), ABSENT, actual[j])


def _lines(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _index(step: str) -> int:
    digits = step.strip("[]+")
    return int(digits) if digits.isdigit() else -1


def _type(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, int | float) else type(value).__name__
