"""What this suite is not for: a service that uses every freedom of its plan fails nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", ["1", "3"])  # between them they take every freedom
def test_a_service_that_takes_liberties_conforms(seed: str) -> None:
    """Other statuses, envelopes, fields, orders and model calls, and slower answers: all as the plan has it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--live", "--against=plan", "-q", "-m", "not live", "tests/l1"],
        cwd=ROOT,
        env=os.environ | {"LIBERTIES": seed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
