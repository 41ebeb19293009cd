"""What was measured, found by contender, URLs and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Figure:
    """What one contender costs at one size, in milliseconds of processor time an interaction.

    `load_ms` and `drive_ms` are None when it was left out; `note` says why, "" otherwise.
    """

    contender: str
    urls: str
    count: int
    load_ms: float | None = None
    drive_ms: float | None = None
    note: str = ""

    @property
    def total_ms(self) -> float | None:
        """Load and drive together."""
        return None if self.load_ms is None or self.drive_ms is None else self.load_ms + self.drive_ms


def least(one: Figure, other: Figure) -> Figure:
    """The least of two rounds, in load and in drive; what could be measured in one of them was not left out."""
    loads = [figure.load_ms for figure in (one, other) if figure.load_ms is not None]
    drives = [figure.drive_ms for figure in (one, other) if figure.drive_ms is not None]
    note = one.note and other.note
    return replace(other, load_ms=min(loads, default=None), drive_ms=min(drives, default=None), note=note)


class Figures:
    """The figures of one run; `urls`, `counts` and `contenders` in the order of measuring."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._by_place = {(one.contender, one.urls, one.count): one for one in figures}
        self.urls = list(dict.fromkeys(one.urls for one in figures))
        self.counts = list(dict.fromkeys(one.count for one in figures))
        self.contenders = list(dict.fromkeys(one.contender for one in figures))

    def at(self, contender: str, urls: str, count: int) -> Figure:
        """A figure; an empty one when it was not asked for."""
        return self._by_place.get((contender, urls, count), Figure(contender, urls, count))
