"""logs: the end of the log of what broke, and nothing secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldtape.canonical.pipeline import Pipeline
from goldtape.plugin import logs

from ..made import config

SECRET = "tr0ub4dor-and-3"


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    """The logs of two services; the shop's ends in a traceback that names a secret. A third was never written."""
    shop, other, none = (tmp_path / f"{name}-4711.log" for name in ("shop", "other", "none"))
    shop.write_text("\n".join([*(f"GET /{n}" for n in range(30)), f"KeyError: {SECRET}", "x" * 500]), encoding="utf-8")
    other.write_text("GET /other\n", encoding="utf-8")
    return [shop, other, none]


def report() -> pytest.TestReport:
    return pytest.TestReport("t", ("t.py", 1, "t"), {}, "failed", "it failed", "call")


def test_the_end_of_a_log_stands_beside_the_failure(written: list[Path], tmp_path: Path) -> None:
    """Fifteen lines, each cut, of the service that broke; secrets that came by are hidden."""
    failed, pipeline = report(), Pipeline(config(tmp_path), met={SECRET})

    logs.add_ends(failed, {"shop", "none"}, written, pipeline.hide)

    [(title, text)] = failed.sections
    lines = text.splitlines()
    assert title == "goldtape: the end of shop-4711.log"
    assert lines[0] == "GET /17"
    assert len(lines) == 15
    assert lines[-2].startswith("KeyError: [redacted")
    assert len(lines[-1]) == 200


def test_logs_are_written_again_without_secrets(written: list[Path], tmp_path: Path) -> None:
    """All of them."""
    logs.clean(written, Pipeline(config(tmp_path), met={SECRET}).hide)

    assert SECRET not in written[0].read_text(encoding="utf-8")
    assert written[1].read_text(encoding="utf-8") == "GET /other\n"
