"""What this suite is not for: a service that uses the freedoms of its plan fails nothing."""

from __future__ import annotations

import pytest

from ..judged import judged

pytestmark = [pytest.mark.live, pytest.mark.allow_network]


@pytest.mark.parametrize("seed", ["8", "13"])  # between them they take nearly every freedom
def test_a_service_that_takes_liberties_conforms(seed: str) -> None:
    """Other statuses, answers, rows, folders and orders, work at once, no routes of ours: all as the plan has it."""
    # A coordinator that does not tell when it has archived everything is taken to be done after this time.
    done = judged("tests/coordinator", "-m", "not live", LIBERTIES=seed, COORDINATOR_QUIET_S="0.5")

    assert done.returncode == 0, done.stdout + done.stderr
