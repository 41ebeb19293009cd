"""results: what is remembered of tests; a damaged memory is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldtape.plugin import results

from ..made import config

LAST, JUDGED = {"outcome": "passed", "mode": "replay"}, {"judged": "deviates", "where": "http://shop.example.com"}


def test_a_judged_run_and_another_forget_nothing_of_each_other(tmp_path: Path) -> None:
    """Each keeps its own two facts."""
    project = config(tmp_path)

    for row in (LAST, JUDGED, {**LAST, "outcome": "failed"}):
        assert results.keep(project, {"t.py::t": row}) == ""

    assert results.read(project) == {"t.py::t": {**LAST, **JUDGED, "outcome": "failed"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"t": ',
        '{"t": []}',
        '{"t": {"outcome": "passed"}}',
        '{"t": {"outcome": "passed", "mode": 1}}',
        '{"t": {"judged": "conforms"}}',
        '{"t": {"judged": "conforms", "where": null}}',
        '{"t": {"outcome": "passed", "mode": "replay", "more": ""}}',
        "[" * 100_000,
    ],
)
def test_what_is_damaged_is_not_there(tmp_path: Path, text: str) -> None:
    """A cache is no reason for an error."""
    project = config(tmp_path)
    project.work.mkdir()
    (project.work / results.RESULTS).write_text(text, encoding="utf-8")

    assert results.read(project) == {}
    assert results.keep(project, {"t.py::t": JUDGED}) == ""
    assert results.read(project) == {"t.py::t": JUDGED}
