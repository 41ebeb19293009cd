"""Whether a report calls a change what it is."""

from __future__ import annotations

import re
from typing import Any

from bench.sensitivity.mutations import KIND_NAMES, KINDS

_KIND = re.compile(rf"\b({'|'.join(KIND_NAMES)})\b")


def is_right(row: dict[str, Any]) -> bool:
    """Whether a red test says so in the right kind; one whose own assertion failed need not name a kind."""
    said = set(_KIND.findall(row["red"]))
    return not said or bool(said & KINDS[row["mutation"]])
