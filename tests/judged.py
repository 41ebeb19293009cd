"""A run of one suite that judges a service against the plan."""

from __future__ import annotations

import os
import subprocess
import sys

from .planted import ROOT


def judged(suite: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Judge the service that these variables name, or that is started with them; `suite` is a folder of tests."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--live", "--against=plan", "-q", "-p", "no:cacheprovider", *options, suite],
        cwd=ROOT,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )
