"""Undo a race: name its interchangeable outcomes by first appearance.

When two users grab items at the same time, which of them wins which item is nobody's promise; that no item is
won twice is. A test that creates such a race says which values are interchangeable from there on. In the
recording the first such value to appear takes the first name, the second the second, and every list that holds
them is put into that order. The exchange of names is one permutation for the whole test, so distinct stays distinct,
equal stays equal, and the assertions of the test hold in replay as they held live.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import change_request, change_side, leaves


@dataclass(frozen=True, slots=True)
class Race:
    """What a test declared.

    `start` is the number of interactions before the race, `values` the interchangeable strings in the order
    in which they are to be named, `why` the sentence that the snapshot shows.
    """

    start: int
    values: tuple[str, ...]
    why: str


def settle(interactions: Sequence[Interaction], race: Race) -> list[Interaction]:
    """Rename the raced values in all interactions from `race.start` on."""
    outcome = _Outcome(race)
    return [*interactions[: race.start], *map(outcome.settle, interactions[race.start :])]


@dataclass(slots=True)
class _Outcome:
    race: Race
    names: dict[str, str] = field(default_factory=dict)
    pattern: re.Pattern[str] = field(init=False)
    raced: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        # One pass over whole words: a value that is the beginning of another must not be taken for it.
        self.pattern = re.compile(r"[\w.@-]*\w")
        self.raced = {value: place for place, value in enumerate(self.race.values)}

    def settle(self, one: Interaction) -> Interaction:
        """Name what appears, in the order in which it appears; then put each list of raced things into that order."""
        request = change_request(one.request, self.rename)
        response = one.response
        if isinstance(response.body, Json):
            response = replace(response, body=Json(self.arrange(response.body.value)))
        return Interaction(request, change_side(response, self.rename))

    def rename(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return self.pattern.sub(lambda match: self._name(match.group()), value)

    def _name(self, word: str) -> str:
        if word not in self.raced:
            return word
        if word not in self.names:
            self.names[word] = self.race.values[len(self.names)]
        return self.names[word]

    def arrange(self, value: Any) -> Any:
        """Name what appears, then put every list of raced things into the order of their names."""
        if isinstance(value, dict):
            return {key: self.arrange(value[key]) for key in sorted(value)}
        if not isinstance(value, list):
            self.rename("", value)
            return value
        items = [self.arrange(item) for item in value]
        return sorted(items, key=self._place) if any(map(self._first, items)) else items

    def _place(self, item: Any) -> int:
        first = self._first(item)
        return self.raced[self.names[first]] if first else -1

    def _first(self, item: Any) -> str | None:
        words = (
            word for _, scalar in leaves(Json(item)) if isinstance(scalar, str) for word in self.pattern.findall(scalar)
        )
        return next((word for word in words if word in self.raced), None)
