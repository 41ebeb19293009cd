"""What this suite is not for: a service that uses every freedom of its plan fails nothing."""

from __future__ import annotations

import pytest

from ..judged import judged

pytestmark = [pytest.mark.live, pytest.mark.allow_network]


@pytest.mark.parametrize("seed", ["1", "3"])  # between them they take every freedom
def test_a_service_that_takes_liberties_conforms(seed: str) -> None:
    """Other statuses, envelopes, fields, orders and model calls, and slower answers: all as the plan has it."""
    done = judged("tests/l1", "-m", "not live", LIBERTIES=seed)

    assert done.returncode == 0, done.stdout + done.stderr
