"""Record tests against running services, then replay them to prove the recording.

Whatever follows is handed to pytest: `goldtape record -k cross_user`. Only the goldens of tests that pass change.
"""

from __future__ import annotations

import argparse

from goldtape.cli.running import pytest_at


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own; the rest goes to pytest."""
    parser.usage = "goldtape record [what pytest takes: files, -k, -m, ...]"


def run(arguments: argparse.Namespace) -> int:
    """Record, then replay the same selection; the exit code of the first that is not clean."""
    root = arguments.config.root
    return pytest_at(root, ["--live", "--record-mode=rewrite", *arguments.rest]) or pytest_at(root, arguments.rest)
