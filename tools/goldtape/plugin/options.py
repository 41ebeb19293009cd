"""The options of a run: what the command line and the environment ask for."""

from __future__ import annotations

import argparse
import os

import pytest

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
    group.addoption("--goldtape-list", metavar="FILE", help=argparse.SUPPRESS)  # for goldtape's own commands


def is_live(option: object) -> bool:
    """Whether a run is live, by its option `--live` or by its environment."""
    return bool(option) or _asked() in (*_TRUE, _REQUIRE)


def is_required(option: object) -> bool:
    """Whether a system that cannot be started here is a failure."""
    return _REQUIRE in (option, _asked())


def _asked() -> str:
    return os.environ.get("GOLDTAPE_LIVE", "").lower()
