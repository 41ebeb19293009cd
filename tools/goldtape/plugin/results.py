"""What is remembered of tests between runs: how each went last, and what it last said of the plan.

    {"tests/test_shop.py::test_ask": {"outcome": "passed", "mode": "replay",
                                      "judged": "conforms", "where": "https://shop.example.com"}}

A judged run is of another service than the goldens are, so its word stands beside the outcome of other runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from goldtape.config import Config

RESULTS = "results.json"
"""In the work folder; `goldtape cases` reads it."""

_LAST, _JUDGED = {"outcome", "mode"}, {"judged", "where"}


def read(project: Config) -> dict[str, dict[str, str]]:
    """What earlier runs kept; nothing of a file or a row that is damaged, because it is only a cache."""
    try:
        found = json.loads((project.work / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    rows = found.items() if isinstance(found, dict) else ()
    return {name: row for name, row in rows if _is_whole(row)}


def keep(project: Config, results: Mapping[str, Mapping[str, str]]) -> str:
    """Put results beside those of earlier runs; returns what went wrong with that, "" if nothing did."""
    rows: dict[str, dict[str, str]] = read(project)
    for name, row in results.items():
        rows[name] = {**rows.get(name, {}), **row}
    # Not a commit: a cache needs no lock, and must not wait for a recording that cannot be finished.
    file = project.work / RESULTS
    new = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(dict(sorted(rows.items())), indent=1), encoding="utf-8")
        os.replace(new, file)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        return f"the outcomes could not be kept in {file}: {error.strerror}"
    return ""


def _is_whole(row: Any) -> bool:
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        return False
    return row.keys() in (_LAST, _JUDGED, _LAST | _JUDGED)
