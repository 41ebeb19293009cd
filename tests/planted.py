"""A bug planted in a copy of the services, and a live run against that copy: which tests notice?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Bug:
    """A line that goes wrong: its file below tools/services, what stands there, what comes in its place."""

    file: str
    before: str
    after: str


def live_run(bug: Bug, test: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one test live against a copy of the services, in `folder`, that has the bug."""
    shutil.copytree(ROOT / "tools" / "services", folder / "services", ignore=shutil.ignore_patterns("__pycache__"))
    source = folder / "services" / bug.file
    text = source.read_text(encoding="utf-8")
    assert text.count(bug.before) == 1, f"{bug.file} has {text.count(bug.before)} times {bug.before!r}"
    source.write_text(text.replace(bug.before, bug.after), encoding="utf-8")
    # What stands on PYTHONPATH is found before the installed package, by the services' processes too.
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--live", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
