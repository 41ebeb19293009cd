"""The tests of a project and what they cover of the plan, by letting pytest collect them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from goldtape.config import Config, ConfigError
from goldtape.verdict.cases import Case, Rule


@dataclass(frozen=True, slots=True)
class CollectedTest:
    """A test: its id relative to the project, its line, its case ids, whether it has goldens, its fixtures."""

    nodeid: str
    line: int
    cases: tuple[str, ...]
    taped: bool
    fixtures: tuple[str, ...] = ()


def collect_tests(config: Config) -> list[CollectedTest]:
    """Every test below the project's tests folder.

    Raises:
        ConfigError: pytest could not collect them; the message holds what it said.
    """
    config.work.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=config.work) as folder:
        listing = Path(folder) / "tests.json"
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
        # The project's own addopts may deselect tests: that is about runs, not about which tests there are.
        command += ["-k", "", "-m", "", f"--goldtape-list={listing}", str(config.tests)]
        done = subprocess.run(command, cwd=config.root, capture_output=True, text=True, check=False)
        if not listing.exists():
            raise ConfigError(f"pytest could not collect the tests:\n{done.stdout}{done.stderr}")
        rows = json.loads(listing.read_text(encoding="utf-8"))
    return [
        CollectedTest(row["nodeid"], row["line"], tuple(row["cases"]), row["taped"], tuple(row["fixtures"]))
        for row in rows
    ]


def tests_of(case: Case, tests: Sequence[CollectedTest]) -> list[CollectedTest]:
    """The tests that carry a case."""
    return [test for test in tests if case.id in test.cases]


def holding(rule: Rule, tests: Sequence[CollectedTest], config: Config) -> list[CollectedTest]:
    """The tests that a rule names, in the folder of its file; they need no mark."""
    folder = f"{rule.file.parent.relative_to(config.root).as_posix()}/"
    return [test for test in tests if test.nodeid.startswith(folder) and is_named(rule.test, test)]


def is_named(name: str, test: CollectedTest) -> bool:
    """Whether `module.py::function`, or a module alone, is the name of a test; with brackets, of one of a table."""
    file, _, found = test.nodeid.partition("::")
    module, _, function = name.partition("::")
    found = found if "[" in function else found.partition("[")[0]
    return Path(file).name == module and (not function or found == function or found.split("::")[-1] == function)
