"""Compare running services with the snapshots; nothing is written.

Whatever follows is handed to pytest: `goldtape verify tests/curation`.
"""

from __future__ import annotations

import argparse

from goldtape.cli.running import pytest_at


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own; the rest goes to pytest."""
    parser.usage = "goldtape verify [what pytest takes: files, -k, -m, ...]"


def run(arguments: argparse.Namespace) -> int:
    """Run the tests live; 1 when the contract has drifted."""
    return pytest_at(arguments.config.root, ["--live", *arguments.rest])
