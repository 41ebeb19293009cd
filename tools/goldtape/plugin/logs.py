"""The logs of the services that a run has started: without secrets, and their ends beside tests that broke them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from pathlib import Path

import pytest

_LINES, _WIDTH = 15, 200
_BYTES = 20_000


def clean(written: Iterable[Path], hide: Callable[[str], str]) -> None:
    """Write the logs again without secrets."""
    for log in filter(Path.is_file, written):
        log.write_text(hide(log.read_text(encoding="utf-8", errors="replace")), encoding="utf-8")


def add_ends(
    report: pytest.TestReport, broken: Container[str], written: Iterable[Path], hide: Callable[[str], str]
) -> None:
    """Put the last lines of the logs of the `broken` targets beside a failure; a log is `<target>-<port>.log`."""
    for log in filter(Path.is_file, written):
        if log.stem.rpartition("-")[0] in broken:
            report.sections.append((f"goldtape: the end of {log.name}", _end(log, hide)))


def _end(log: Path, hide: Callable[[str], str]) -> str:
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - _BYTES, 0))
        text = file.read().decode("utf-8", errors="replace")
    lines = hide(text).splitlines()[-_LINES:]
    return "\n".join(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in lines)
