"""A bug planted in a copy of the services, and a live run against that copy: which tests notice?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldtape.live import NOT_HERE

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Edit:
    """Part of a bug: a file below tools/services, what stands there once, what comes in its place."""

    file: str
    before: str
    after: str


def live_run(bug: Sequence[Edit], test: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one test live against a copy of the services, in `folder`, that has the bug."""
    shutil.copytree(ROOT / "tools" / "services", folder / "services", ignore=shutil.ignore_patterns("__pycache__"))
    for edit in bug:
        source = folder / "services" / edit.file
        text = source.read_text(encoding="utf-8")
        assert text.count(edit.before) == 1, f"{edit.file} has {text.count(edit.before)} times {edit.before!r}"
        source.write_text(text.replace(edit.before, edit.after), encoding="utf-8")
    # What stands on PYTHONPATH is found before the installed package, by the services' processes too.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--live", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if missing := next((line for line in done.stdout.splitlines() if NOT_HERE in line), None):
        pytest.skip(missing.partition(" skipped: ")[2])
    return done
