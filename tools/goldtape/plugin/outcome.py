"""The result of a test with a tape, as a value that reaches the summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Word = Literal["agreed", "drifted", "failed", "written", "unchanged"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a test with a tape, and the number of its exchanges."""

    word: Word
    exchanges: int
