"""What differs in a whole run: one cause once, over exchanges and tests, the gravest first.

A fact is a difference as it travels from the process that ran the test to the one that reports: plain JSON values.
Facts of one cause are those of one change: a field that is renamed everywhere, a service that always answers 500.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from goldtape.verdict.difference import Change, Difference, Relation
from goldtape.verdict.words import worded

_GRAVITY = ("breaking", "changed", "additive")
_OPERATIONS = _TESTS = 2
_CAUSES = 6
_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """A difference in words; `cause` is the same for all that come of one change, `at` is file and line."""

    kind: str
    cause: str
    what: str
    operation: str
    fingerprint: str
    exchange: str
    at: str

    def to_json(self) -> dict[str, str]:
        """The fact as it travels; `Fact(**data)` reads it."""
        return asdict(self)


def facts(found: Sequence[Difference], at: Callable[[Difference], str]) -> list[Fact]:
    """The facts of one test, one for each fingerprint; `at` says in which line of the snapshot a difference stands."""
    first = {one.fingerprint: one for one in reversed(found)}
    return [
        Fact(one.kind, _cause(one), _what(one), one.operation, one.fingerprint, one.exchange, at(one))
        for one in found
        if first[one.fingerprint] is one
    ]


def _what(one: Difference) -> str:
    words = worded(one) if len(worded(one)) <= _WIDTH else f"{worded(one)[: _WIDTH - 1]}…"
    return words if one.change is Change.FLIPPED or not one.path else f"{one.place} {words}"


def _cause(one: Difference) -> str:
    """What the differences of one change have in common."""
    if one.path == "status":
        about = [one.actual]
    elif one.change is Change.RENAMED:
        about = [one.leaf, one.actual]
    elif isinstance(one.actual, Relation):
        about = [one.leaf, one.actual.how]
    elif one.path and one.change in (Change.GONE, Change.NEW, Change.RETYPED):
        about = [one.leaf]
    elif one.change is Change.CHANGED and one.operation:
        about = [one.leaf, worded(one)]
    else:
        about = [one.operation, one.place]
    return "\0".join([one.kind, one.change.value, *map(str, about)])


def summary(tests: Mapping[str, Iterable[Fact]]) -> list[str]:
    """The lines about all causes of a run; `tests` has the facts of each test that drifted."""
    causes: dict[str, dict[str, list[Fact]]] = {}
    for test, found in tests.items():
        for fact in found:
            causes.setdefault(fact.cause, {}).setdefault(test, []).append(fact)
    ranked = sorted(causes.values(), key=lambda one: (_GRAVITY.index(_first(one).kind), -len(one)))
    lines = []
    for number, one in enumerate(ranked[:_CAUSES], 1):
        head = "1 cause" if len(ranked) == 1 else f"cause {number} of {len(ranked)}"
        lines += _told(one, head)
    if rest := ranked[_CAUSES:]:
        kinds = [_first(one).kind for one in rest]
        counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in _GRAVITY if kind in kinds)
        lines.append(f"and {len(rest)} more: {counts}")
    return lines


def _first(cause: Mapping[str, Sequence[Fact]]) -> Fact:
    return next(iter(cause.values()))[0]


def _told(cause: Mapping[str, Sequence[Fact]], head: str) -> list[str]:
    first = _first(cause)
    every = [fact for found in cause.values() for fact in found]
    operations = list(dict.fromkeys(fact.operation for fact in every if fact.operation))
    prints = list(dict.fromkeys(fact.fingerprint for fact in every))
    mark = f"#{prints[0]}" + (f" and {len(prints) - 1} more" if len(prints) > 1 else "")
    count = f"in {len(cause)} test{'s' * (len(cause) > 1)}"
    lines = [f"{head}, {first.kind}, {count}: {_headline(first, operations)}   {mark}"]
    for test, found in list(cause.items())[:_TESTS]:
        lines.append("  " + "   ".join(filter(None, (test, f"exchange {found[0].exchange}", found[0].at))))
    if len(cause) > _TESTS:
        lines.append(f"  and {len(cause) - _TESTS} more test{'s' * (len(cause) - _TESTS > 1)}")
    return lines


def _headline(first: Fact, operations: Sequence[str]) -> str:
    if len(operations) < 2:
        return f"{first.operation} {first.what}".strip()
    more = len(operations) - _OPERATIONS
    rest = f" and {more} more" if more > 0 else ""
    return f"{first.what}, in {len(operations)} operations: {', '.join(operations[:_OPERATIONS])}{rest}"
