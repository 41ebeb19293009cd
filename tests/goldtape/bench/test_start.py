"""Runs of pytest that are measured end as they have to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import start


def say(done: float, what: str, step: str = "") -> None:
    """The talk is not what is tested."""


def test_start_measures_with_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small projects run to the end that their row names, with byte code cached whatever the environment says."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    rows = [row for row in start.rows(tmp_path) if row.most_s is not None]

    seconds = start.measure(rows, 1, say)

    assert {row.what for row in rows} == {"one empty test, no table", "a table, up to the first test"}
    assert all(seconds[row.run] > 0 and seconds[row.without] > 0 for row in rows)
    assert list(tmp_path.glob("plain/__pycache__/*.pyc"))


def test_run_that_ends_otherwise_is_not_measured(tmp_path: Path) -> None:
    """A run whose test was never reached is no fast start."""
    (tmp_path / "test_broken.py").write_text("import nowhere\n", encoding="utf-8")

    with pytest.raises(RuntimeError, match="ended with 2"):
        start.run_seconds(start.Run(tmp_path))
