"""The options of a run: what the command line and the environment ask for."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from goldtape.plugin.mode import Mode, WrongUse

_TRUE = ("1", "true", "yes")
_REQUIRE = "require"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("goldtape")
    group.addoption(
        "--live",
        action="store_true",
        help="talk to the running services and compare with the snapshots (GOLDTAPE_LIVE=1 does the same); "
        "with --record-mode=rewrite, write cassettes and snapshots",
    )
    # An option of its own, because one with an optional value would take the path in `pytest --live tests/x` for it.
    group.addoption(
        "--live=require",
        dest="live",
        action="store_const",
        const=_REQUIRE,
        help="likewise, and a system that cannot be started here fails its tests, which --live skips",
    )
    group.addoption(
        "--against",
        choices=["plan"],
        help="with --live: have the tests' own assertions decide, and look at no golden",
    )
    group.addoption("--plan-report", metavar="FILE", help="with --against=plan: write the verdict as JSON too")
    group.addoption("--goldtape-list", metavar="FILE", help=argparse.SUPPRESS)  # for goldtape's own commands


def asked_for(option: object) -> tuple[bool, bool]:
    """Whether a run is live, by its option `--live` or by its environment.

    And whether a system that cannot be started here is a failure then.
    """
    environment = os.environ.get("GOLDTAPE_LIVE", "").lower()
    return bool(option) or environment in (*_TRUE, _REQUIRE), _REQUIRE in (option, environment)


def check_report(file: str | None, mode: Mode) -> None:
    """Raise WrongUse unless the verdict of this run can be written to a file."""
    if file is None:
        return
    if mode is not Mode.JUDGE:
        raise WrongUse("--plan-report is about a judged run\nnext: pytest --live --against=plan --plan-report FILE")
    try:
        Path(file).open("a", encoding="utf-8").close()
    except OSError as error:
        raise WrongUse(
            f"--plan-report={file}: {error.strerror}\nnext: name a file in a folder that is there"
        ) from error
