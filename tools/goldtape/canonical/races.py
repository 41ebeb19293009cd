"""Undo a race: rename its interchangeable outcomes by first appearance.

When two users grab items at the same time, a service does not promise who wins which item; it does promise that no
item is won twice. A test with such a race declares the interchangeable values. In the recording, the first of them to
appear gets the first name, the second the second, and every list that holds such values is put into this order. One
permutation of the names is used for the whole test: distinct values stay distinct, equal values stay equal, and the
test's assertions hold in replay as they held live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import change_request, change_side, leaves

_IN_WORD = r"[\w.@-]"


@dataclass(frozen=True, slots=True)
class Race:
    """A race that a test declared.

    `start` is the number of interactions before the race, `values` are the interchangeable strings in the order of
    first appearance that goldens show, `why` is the reason in the snapshot. `origin` is the wider fixture that declared
    it, "" for the test itself.
    """

    start: int
    values: tuple[str, ...]
    why: str
    origin: str = ""


def settle(interactions: Sequence[Interaction], race: Race) -> list[Interaction]:
    """Rename the raced values in all interactions from `race.start` on."""
    outcome = _Outcome(race.values)
    return [*interactions[: race.start], *map(outcome.settle, interactions[race.start :])]


class _Outcome:
    """The names of the raced values that have appeared."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self.places = {value: place for place, value in enumerate(values)}
        self.names: dict[str, str] = {}
        # In a link, a value can be percent-encoded.
        self.quoted = {quoted: value for value in values if (quoted := quote(value, safe="")) != value}
        # Whole words, because one value can be the beginning of another.
        spelled = _any_of({*values, *self.quoted}) or "(?!)"
        self.pattern = re.compile(rf"(?<!{_IN_WORD}){spelled}(?!{_IN_WORD}*\w)")

    def settle(self, one: Interaction) -> Interaction:
        request = change_request(one.request, self.rename)
        response = one.response
        if isinstance(response.body, Json):
            response = replace(response, body=Json(self.arrange(response.body.value)))
        return Interaction(request, change_side(response, self.rename))

    def rename(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return self.pattern.sub(lambda match: self._name(match.group()), value)

    def _name(self, found: str) -> str:
        value = self.quoted.get(found, found)
        if value not in self.names:
            self.names[value] = self.values[len(self.names)]
        return quote(self.names[value], safe="") if found in self.quoted else self.names[value]

    def arrange(self, value: Any) -> Any:
        """Name the values in the order in which they appear, then put each list that has some into this order."""
        if isinstance(value, dict):
            return {self.arrange(key): self.arrange(value[key]) for key in sorted(value)}
        if not isinstance(value, list):
            self.rename("", value)
            return value
        items = [self.arrange(item) for item in value]
        return sorted(items, key=self._place)

    def _place(self, item: Any) -> int:
        """The place of the first raced value in an item of a list, -1 for none."""
        texts = (scalar for _, scalar in leaves(Json(item)) if isinstance(scalar, str))
        found = (self.quoted.get(word, word) for text in texts for word in self.pattern.findall(text))
        return next((self.places[self.names[value]] for value in found), -1)


def _any_of(texts: Iterable[str]) -> str:
    """The pattern of any of these texts, the longest first.

    Those that begin alike share their beginning, so ten thousand are looked for nearly as fast as one.
    """
    heads: dict[str, list[str]] = {}
    for text in sorted(texts):
        heads.setdefault(text[:1], []).append(text[1:])
    ends = bool(heads.pop("", None))
    branches = "|".join(re.escape(head) + _any_of(tails) for head, tails in heads.items())
    return f"(?:{branches}){'?' if ends else ''}" if branches else ""
