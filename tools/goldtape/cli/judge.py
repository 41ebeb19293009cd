"""Judge running services against the plan alone: no golden is looked at, nothing is written.

The name of a system stands for the folder of its tests: `goldtape judge curation`. Whatever else follows is handed to
pytest. Exit code 0 conforms, 1 deviates, 2 wrong use, 3 nothing could be judged.
"""

from __future__ import annotations

import argparse

from goldtape.cli.running import pytest_at
from goldtape.config import Config

_NOTHING_JUDGED = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own; the rest goes to pytest."""
    parser.usage = "goldtape judge [SYSTEM] [what pytest takes: files, -k, -m, ...]"


def run(arguments: argparse.Namespace) -> int:
    """Run the tests live, without the goldens; 1 when something deviates from the plan."""
    config: Config = arguments.config
    first, rest = arguments.rest[:1], arguments.rest[1:]
    if first and first[0] in config.systems:
        first = [(config.tests / first[0]).relative_to(config.root).as_posix()]
    return pytest_at(config.root, ["--live", "--against=plan", *first, *rest], kept=(0, 1, _NOTHING_JUDGED))
