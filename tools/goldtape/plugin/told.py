"""What a run has told of its differences: each cause in full for the first test that shows it, then by name only."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from goldtape.verdict import causes
from goldtape.verdict.causes import Fact

FACTS = "goldtape_facts"
"""The attribute by which the facts of a test travel with its report; pytest and xdist carry any."""

_FAILED = ("failed", "error")


class Told:
    """The facts of all tests so far; unless it is `brief`, each failure is told in full."""

    def __init__(self) -> None:
        self.brief = True
        self._tests: dict[str, list[Fact]] = {}
        self._known: set[str] = set()
        self._again: list[pytest.TestReport] = []
        self._all: dict[str, list[Any]] = {}

    def take(self, report: pytest.TestReport, shown: str) -> None:
        """Take in the facts of a report, under the id that is shown; one whose causes are all known becomes short."""
        found = [Fact(**one) for one in getattr(report, FACTS, ())]
        if not found:
            return
        gravest = {one.cause for one in found if one.kind == "breaking"} or {one.cause for one in found}
        if self.brief and report.failed and gravest <= self._known:
            prints = " ".join(dict.fromkeys(f"#{one.fingerprint}" for one in found if one.cause in gravest))
            report.longrepr = f"{_error(report)}drifted as others, {prints}"
            self._again.append(report)
        self._known |= {one.cause for one in found}
        self._tests.setdefault(shown, []).extend(found)

    def lines(self) -> list[str]:
        """The causes of all differences."""
        again = len(self._again)
        more = [f"{again} failure{'s' * (again > 1)} of known causes not shown in full; -v shows all"] if again else []
        return [*causes.summary(self._tests), *more]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, object, object]:
        """Keep what was told before out of pytest's list of failures, until `restore`."""
        stats = terminalreporter.stats
        self._all = {name: stats[name] for name in _FAILED if name in stats} if self._again else {}
        for name, reports in self._all.items():
            stats[name] = [one for one in reports if one not in self._again]
        return (yield)

    def restore(self, terminalreporter: Any) -> None:
        """Show all failures again, for pytest's lines and counts at the end."""
        terminalreporter.stats.update(self._all)


def _error(report: pytest.TestReport) -> str:
    """The first line of the test's own error, and where it was raised; "" if only the goldens differ."""
    crash = getattr(report.longrepr, "reprcrash", None)
    error = crash.message.splitlines()[0] if crash else "Failed: "
    return "" if error.startswith("Failed: ") else f"{error}; "
