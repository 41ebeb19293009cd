"""The verdict of a judged run: what each test says of the plan, each case's verdict, and the table of them.

    curation   against the plan, at https://curation.staging.example.com
      conforms    three-users, idempotent
      deviates    skipped-return   a skip clears assignedTo
                  exchange 7, PUT /v1/.../item-00003 as alice answered 200: assert 'alice' is None
      not judged  mixed-actions   POST http://curation.test/v1/items answered 400 where the test arranges: ...
    2 conform, 1 deviates, 1 not judged

One cause that stops several cases is one entry.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Word = Literal["conforms", "deviates", "not judged"]

CONFORMS, DEVIATES, NOTHING_JUDGED = 0, 1, 3
"""The exit codes of a judged run."""

UNFINISHED = "its body did not come to an end"
"""Why a test is not judged that was interrupted."""

_ORDER: tuple[Word, ...] = ("conforms", "deviates", "not judged")
_GRAVITY: tuple[Word, ...] = ("deviates", "not judged", "conforms")
_PLURAL = {"conforms": "conform", "deviates": "deviate", "not judged": "not judged"}
_WIDTH = 100
# More names than this are not listed beside one cause.
_LISTED = 20
_ROW = re.compile(r"\[.*\]$")
_INDENT = " " * 14
# Ids, and numbers that are part of one. A number of its own, such as a status, is a fact.
_ID = re.compile(r"\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[0-9a-fA-F]{8,}\b|(?<=[-_/=])\d+|\d{4,}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one test says of the plan.

    `cases` are the ids of its cases, `reason` says why it does not conform, in one or more lines, `exchange` is the
    last exchange before that: number, request, as, and status or no-answer. `place` is the file and line of the test
    that found it. `cleanup` is the error of a teardown. `of_plan` is False for a test without a case that was skipped:
    it holds a promise of somebody's own, and knows that it is not asked for. All values are plain, so that they travel
    in a report.
    """

    test: str
    cases: Sequence[str]
    system: str
    verdict: Word = "not judged"
    reason: str = UNFINISHED
    exchange: Mapping[str, Any] | None = None
    place: str = ""
    cleanup: str = ""
    of_plan: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a case, or on a test without one: the gravest of its tests, with the facts of the first such."""

    id: str
    must: str
    tests: Sequence[str]
    told: Judgement

    @property
    def word(self) -> Word:
        """Conforms, deviates or not judged."""
        return self.told.verdict

    @property
    def short(self) -> str:
        """The id without the name of the system, which stands above."""
        return self.id.removeprefix(f"{self.told.system}/")


def verdicts(judgements: Iterable[Judgement], musts: Mapping[str, str]) -> list[Verdict]:
    """The verdict on every case, in the order of the plan; `musts` is case id -> what must hold.

    Workers finish in any order, so what is not in the plan is in the order of its name.
    """
    of_case: dict[str, list[Judgement]] = {name: [] for name in musts}
    for one in sorted(judgements, key=lambda one: one.test):
        for name in one.cases or [one.test]:
            of_case.setdefault(name, []).append(one)
    return [_verdict(name, musts.get(name, ""), held) for name, held in of_case.items() if held]


def _verdict(name: str, must: str, held: Sequence[Judgement]) -> Verdict:
    gravest = min(held, key=lambda one: _GRAVITY.index(one.verdict))
    return Verdict(name, must, [one.test for one in held], gravest)


def exit_code(found: Sequence[Verdict], judgements: Iterable[Judgement]) -> int:
    """0 conforms, 1 something deviates or was not cleaned up, 3 nothing could be judged."""
    words = {one.word for one in found}
    if "deviates" in words or any(one.cleanup for one in judgements):
        return DEVIATES
    return CONFORMS if "conforms" in words else NOTHING_JUDGED


def table(found: Sequence[Verdict], judgements: Iterable[Judgement], where: Mapping[str, str]) -> list[str]:
    """The lines below a judged run; `where` is system -> where it was judged, in the order of the lines."""
    lines: list[str] = []
    for system in [*where, ""]:
        own = [one for one in found if one.told.system == system]
        left = [one for one in judgements if one.system == system and one.cleanup]
        if own:
            place = f", at {where[system]}" if system else ""
            lines.append(f"{system or 'tests of no system'}   against the plan{place}")
            for word in _ORDER:
                lines += _entries(word, [one for one in own if one.word == word])
            lines += _clean_up(left)
    return [*lines, _count(found)]


def as_json(found: Sequence[Verdict], judgements: Iterable[Judgement], where: Mapping[str, str]) -> dict[str, Any]:
    """The same facts as JSON values."""
    systems = [
        {
            "system": system,
            "where": where.get(system, ""),
            "cases": [_fact(one) for one in found if one.told.system == system],
            "clean-up": [
                {"test": one.test, "reason": one.cleanup} for one in judgements if one.cleanup and one.system == system
            ],
        }
        for system in [*where, ""]
        if any(one.told.system == system for one in found)
    ]
    return {"systems": systems, "counts": {word: sum(one.word == word for one in found) for word in _ORDER}}


def _fact(one: Verdict) -> dict[str, Any]:
    told = one.told
    fact = {"id": one.id, "must": one.must, "verdict": one.word, "tests": list(one.tests)}
    if one.word == "conforms":
        return fact
    return fact | {"reason": told.reason, "exchange": told.exchange, "test": told.test, "place": told.place}


def _entries(word: Word, found: Sequence[Verdict]) -> list[str]:
    """The entries of one word: one line for all that conforms, else one entry a cause."""
    if word == "conforms":
        return _entry(word, [one.short for one in found], "", []) if found else []
    causes: dict[tuple[str, str], list[Verdict]] = {}
    for one in found:
        causes.setdefault(_alike(one.told), []).append(one)
    lines: list[str] = []
    for alike in causes.values():
        told = _cause(alike[0].told)
        if len(alike) > 1:
            lines += _entry(word, [one.short for one in alike], "", told)
            continue
        if word == "deviates" and alike[0].must:
            told.insert(0, alike[0].must)
        lines += _entry(word, [alike[0].short], told[0], told[1:])
    return lines


def _clean_up(left: Sequence[Judgement]) -> list[str]:
    """The errors of teardowns, one entry a cause."""
    causes: dict[str, list[Judgement]] = {}
    for one in left:
        causes.setdefault(_alike_text(one.cleanup), []).append(one)
    lines: list[str] = []
    for alike in causes.values():
        names = [name.removeprefix(f"{one.system}/") for one in alike for name in one.cases or [one.test]]
        lines += _entry("clean-up", list(dict.fromkeys(names)), "", alike[0].cleanup.splitlines())
    return lines


def _entry(word: str, names: Sequence[str], beside: str, below: Sequence[str]) -> list[str]:
    # The rows of one table count as one name.
    folded = Counter(_ROW.sub("[*]", name) if len(names) > _LISTED else name for name in names)
    shown = [f"{name} ({number})" if number > 1 else name for name, number in folded.items()]
    if len(shown) > _LISTED and word != "conforms":
        shown[_LISTED:] = [f"and {len(shown) - _LISTED} more"]
    wrapped = textwrap.wrap(", ".join(shown), _WIDTH - len(_INDENT), break_long_words=False, break_on_hyphens=False)
    first, *more = wrapped
    head = f"  {word:<10}  {first}" + (f"   {beside}" if beside else "")
    return [head, *(f"{_INDENT}{line}" for line in [*more, *below])]


def _cause(told: Judgement) -> list[str]:
    """The exchange and the values, and where the test found them."""
    first, *more = told.reason.splitlines() or [""]
    if told.verdict == "deviates" and told.exchange:
        first = f"{described(told.exchange)}: {first}"
    elif told.exchange:
        first = f"{first} (exchange {told.exchange['number']})"
    lines = [first, *more]
    if told.verdict == "deviates" and told.place:
        lines[-1] += f"   {told.place}"
    return lines


def described(exchange: Mapping[str, Any]) -> str:
    """An exchange in words: `exchange 7, PUT /v1/... as alice answered 200`."""
    actor = f" as {exchange['as']}" if exchange.get("as") else ""
    if "no-answer" in exchange:
        return f"exchange {exchange['number']}, {exchange['request']}{actor} got no answer ({exchange['no-answer']})"
    return f"exchange {exchange['number']}, {exchange['request']}{actor} answered {exchange['status']}"


def _alike(told: Judgement) -> tuple[str, str]:
    """What all that comes of one cause has in common: words without ids, and for a deviation what came of a request."""
    words = _alike_text(told.reason)
    if told.verdict != "deviates" or not told.exchange:
        return "", words
    status = told.exchange.get("status", 599)
    request = re.sub(r"\d+", "#", _alike_text(str(told.exchange["request"])))
    # A service that fails, fails every assertion; the words of each are no cause of their own.
    return f"{request} {status}", "" if status >= 500 else words


def _alike_text(text: str) -> str:
    """A text without the ids in it."""
    return _ID.sub("#", text)


def _count(found: Sequence[Verdict]) -> str:
    counts = {word: sum(one.word == word for one in found) for word in _ORDER}
    return ", ".join(f"{number} {word if number == 1 else _PLURAL[word]}" for word, number in counts.items())
