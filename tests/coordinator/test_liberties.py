"""What this suite is not for: a service that uses the freedoms of its plan fails nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", ["8", "13"])  # between them they take nearly every freedom
def test_a_service_that_takes_liberties_conforms(seed: str) -> None:
    """Other statuses, answers, rows, folders and orders, work at once, no routes of ours: all as the plan has it."""
    options = ["--live", "--against=plan", "-q", "-p", "no:cacheprovider", "-m", "not live"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "tests/coordinator"],
        cwd=ROOT,
        # A coordinator that does not tell when it has archived everything is taken to be done after this time.
        env=os.environ | {"LIBERTIES": seed, "COORDINATOR_QUIET_S": "0.5"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
