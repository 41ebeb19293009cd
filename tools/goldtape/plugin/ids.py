"""Test ids and secrets: a parameter with the shape of a secret names no test, and pytest's reports show what is known.

pytest shows an id before the test runs. So a secret that only the test's requests tell can be taken out of what comes
later: the list of failures, and the file of --junitxml.
"""

from __future__ import annotations

import os
from pathlib import Path
from xml.sax.saxutils import escape

import pytest


class Ids:
    """The hooks of a run that have to do with the ids of its tests."""

    def __init__(self) -> None:
        self._hidden: dict[str, str] = {}

    def pytest_make_parametrize_id(self, val: object) -> str | None:
        """An id for a parameter that would show a secret; None, for pytest's own id, for any other."""
        if not isinstance(val, str):
            return None
        from goldtape.canonical import secret_shapes

        shown = secret_shapes.hide(val)
        return None if shown == val else shown

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the id as the process that ran the test hides it, after all who know the test by its id."""
        if hidden := getattr(report, "goldtape_id", ""):
            shown = hidden.partition("[")[2]
            file, line, name = report.location
            self._hidden[report.nodeid.partition("[")[2]] = shown
            report.nodeid = f"{report.nodeid.partition('[')[0]}[{shown}"
            report.location = (file, line, f"{name.partition('[')[0]}[{shown}")

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take the ids out of the file of --junitxml, which is written by now."""
        path = config.getoption("xmlpath", None)
        file = Path(os.path.expandvars(path or "")).expanduser()
        if self._hidden and not hasattr(config, "workerinput") and file.is_file():
            text = file.read_text(encoding="utf-8")
            for secret, shown in self._hidden.items():
                for marks in ({}, {'"': "&quot;"}):  # of a text, of an attribute
                    text = text.replace(f"[{escape(secret, marks)}", f"[{escape(shown, marks)}")
            file.write_text(text, encoding="utf-8")
