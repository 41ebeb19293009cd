"""What a minted value belongs to now, when it no longer belongs to what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from goldtape.goldens.transcript import Transcript
from goldtape.verdict.difference import How, Relation
from goldtape.verdict.names import Moved, Placeholder, placeholders

PARTS = ("exchanges", "afterwards")


class Place(NamedTuple):
    """Where a placeholder stands: the part of a transcript, the exchange in it from 0, the path in that."""

    part: str
    number: int
    path: str

    @property
    def leaf(self) -> str:
        """The last name of the path, as one would compare it: `_etag` is `etag`."""
        return re.sub(r"\[\d+\]", "", self.path).rpartition(".")[2].strip("_").lower()

    def is_beside(self, other: Place) -> bool:
        """Whether both stand in one exchange."""
        return self[:2] == other[:2]

    def is_before(self, other: Place) -> bool:
        """Whether the exchange of this place came earlier."""
        return (PARTS.index(self.part), self.number) < (PARTS.index(other.part), other.number)

    @property
    def exchange(self) -> str:
        """The number of the exchange, as labels have it."""
        return f"{'' if self.part == PARTS[0] else 'afterwards '}{self.number + 1}"


Index = dict[Placeholder, list[Place]]


def index(transcript: Transcript) -> Index:
    """Each placeholder of a transcript with its places, in their order."""
    found: Index = {}
    for part in PARTS:
        for number, one in enumerate(transcript.get(part, [])):
            for path, text in _texts(one, ""):
                for placeholder in dict.fromkeys(placeholders(text)):
                    found.setdefault(placeholder, []).append(Place(part, number, path))
    return found


def relation(expected: str, actual: str, before: Index, after: Index, there: Place, here: Place) -> Relation:
    """The new relation of a value; `expected` and `actual` differ in placeholders only.

    `before` and `after` are the indexes of the two transcripts, `there` and `here` the places of the value in them.
    """
    pairs = zip(placeholders(expected), placeholders(actual), strict=True)
    old, new = next((one, other) for one, other in pairs if one != other)
    belonged = [place for place in before.get(old, []) if place != there]
    now = [place for place in after.get(new, []) if place != here]
    earlier = [place for place in now if place.is_before(here)]
    was_new = not any(place.is_before(there) for place in belonged)
    if was_new and (same := [place for place in earlier if place.leaf == here.leaf]):
        return Relation("unchanged", exchange=same[-1].exchange)
    known = {place.path for place in belonged if place.is_beside(there)}
    if equal := next((place.path for place in now if place.is_beside(here) and place.path not in known), ""):
        return Relation("equal", path=equal)
    if earlier:
        return Relation("another", exchange=earlier[0].exchange)
    return _to("apart", belonged, there)


def _to(how: How, others: Sequence[Place], here: Place) -> Relation:
    """A relation to the nearest of some places: in the same exchange, or else the first."""
    if beside := next((place.path for place in others if place.is_beside(here)), ""):
        return Relation(how, path=beside)
    return Relation(how, exchange=others[0].exchange if others else "")


def order(moved: Moved, after: Index) -> tuple[Place, Relation] | None:
    """Where an instant that is out of order now first stands, and how; None if it stands nowhere any more."""
    here = next(iter(after.get(moved.instant, [])), None)
    return here and (here, _to(moved.how, after.get(moved.other, []), here))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _texts(one, f"{path}[{place}]")
