"""A minted value where a response shows it first."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime

Key = Hashable
"""Two values with equal keys are one value: the key is the text, or for an instant the moment."""
Match = re.Match[str]
Taken = Callable[[Key], object]
"""Key of a placeholder -> whether the test uses this very value itself."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A value in the order of first appearance.

    `match` is its place in a text, None if only its name or a rule tells the value. `at` is when the request started,
    None if that is not known; `rule` what a rule of the system says of it, "" for nothing. `origin` is the wider
    fixture whose exchange showed it, "" for the test's own.
    """

    key: Key
    match: Match | None = None
    at: datetime | None = None
    rule: str = ""
    origin: str = ""
