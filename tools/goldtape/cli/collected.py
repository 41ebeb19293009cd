"""The tests of a project and the cases they carry, by letting pytest collect them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldtape.config import Config, ConfigError


@dataclass(frozen=True, slots=True)
class CollectedTest:
    """A test: its id relative to the project, its line, its case ids, whether it has goldens, its fixtures."""

    nodeid: str
    line: int
    cases: tuple[str, ...]
    taped: bool
    fixtures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a cases.toml: its id, the module and function that cover it, and what must hold."""

    id: str
    test: str
    must: str
    file: Path


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


def read_cases(config: Config) -> list[Case]:
    """The rows of every cases.toml below the tests folder, in file order.

    Raises:
        ConfigError: A file is no TOML, has no rows, a row lacks a key, or an id occurs twice.
    """
    found: dict[str, Case] = {}
    for file in sorted(config.tests.rglob("cases.toml")):
        try:
            rows = tomllib.loads(file.read_text(encoding="utf-8")).get("case", [])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} is not readable TOML: {error}") from error
        if not isinstance(rows, list):
            raise ConfigError(f"{file}: case is {rows!r}; expected rows under [[case]]")
        for row in rows:
            case = _case(row, file)
            if case.id in found:
                raise ConfigError(f"{file}: case {case.id!r} stands in {found[case.id].file} too")
            found[case.id] = case
    return list(found.values())


def _case(row: Any, file: Path) -> Case:
    keys = row if isinstance(row, dict) else {}
    missing = [key for key in ("id", "test", "must") if not isinstance(keys.get(key), str)]
    if missing:
        raise ConfigError(f"{file}: a case lacks {', '.join(missing)}: {row!r}")
    return Case(row["id"], row["test"], row["must"], file)


def tests_of(case: Case, tests: Sequence[CollectedTest]) -> list[CollectedTest]:
    """The tests that carry a case."""
    return [test for test in tests if case.id in test.cases]
