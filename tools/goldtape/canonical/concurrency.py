"""Captured interactions, and the order in which a recording keeps concurrent ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from goldtape.exchange.interaction import Interaction


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured interaction.

    `lane` is one object for all requests of a concurrent block. `overlapped`: when this request started, an earlier one
    had no response yet. `at` is the time of its start, with a zone; None if it is not known. `origin` names the wider
    fixture that sent the request, "" for the test itself: what an interaction shows first has its origin in its name.
    """

    interaction: Interaction
    lane: object | None = None
    overlapped: bool = False
    at: datetime | None = None
    origin: str = ""


def in_order(captured: Sequence[Captured], actor: Callable[[Interaction], str]) -> list[Captured]:
    """The order of their start; inside a concurrent block the order of their actors, and then of their start."""
    ordered: list[Captured] = []
    for lane, together in itertools.groupby(captured, key=lambda one: one.lane):
        sequence = list(together)
        ordered += sequence if lane is None else sorted(sequence, key=lambda one: actor(one.interaction))
    return ordered
