"""The freedoms that a plan leaves to a service: LIBERTIES=<seed> has a service use them, each seed others.

A suite that asserts the plan and nothing else stays green under every seed. Without the variable a service answers in
its usual way, which goldens hold.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from services.environment import FromEnvironment

Choice = TypeVar("Choice")


class Liberties(FromEnvironment):
    """What a service may do otherwise; the same for all of a run, so that its answers agree with each other."""

    liberties: int | None = None
    """a number, which decides which freedoms a service takes"""

    def one_of(self, name: str, usual: Choice, *others: Choice) -> Choice:
        """The way in which the service does what the plan leaves open under this name; the usual one without a seed."""
        return usual if self.liberties is None else self._dice(name).choice((usual, *others))

    def order(self, name: str, usual: Sequence[Choice]) -> list[Choice]:
        """The items in an order that the plan leaves open; the usual one without a seed."""
        return list(usual) if self.liberties is None else self._dice(name).sample(usual, len(usual))

    def _dice(self, name: str) -> random.Random:
        return random.Random(f"{self.liberties}/{name}")  # nothing depends on its secrecy
