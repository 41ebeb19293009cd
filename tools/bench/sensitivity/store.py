"""The rows of a run, one JSON line each, kept so that a run goes on where it was broken off."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """The rows of one sort of run against one system."""

    def __init__(self, folder: Path, system: str, sort: str) -> None:
        self.path = folder / "sensitivity" / f"{system}-{sort}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def rows(self) -> list[Row]:
        """All rows so far; a line that a killed run left half is skipped."""
        if not self.path.exists():
            return []
        found: list[Row] = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def add(self, row: Row) -> None:
        """Keep a row."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def clear(self) -> None:
        """Begin anew."""
        self.path.unlink(missing_ok=True)


def equivalents(file: Path) -> dict[str, str]:
    """Name of a mutant -> why it is equivalent, from the triage of a system; none if there is no triage.

    Raises:
        ValueError: A row lacks its name or its reason.
    """
    if not file.exists():
        return {}
    rows: Iterable[Row] = tomllib.loads(file.read_text(encoding="utf-8")).get("equivalent", [])
    found = {}
    for row in rows:
        if not row.get("mutant") or not row.get("why"):
            raise ValueError(f"{file}: a row lacks `mutant` or `why`: {row}")
        found[row["mutant"]] = row["why"]
    return found
