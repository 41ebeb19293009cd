"""What this suite must not judge: our own choices. Every freedom that the plan leaves is taken, and conforms."""

from __future__ import annotations

import pytest

from ..judged import judged

pytestmark = [pytest.mark.live, pytest.mark.allow_network]


@pytest.mark.parametrize("seed", ["7", "28"])  # between them they take most freedoms
def test_whatever_the_plan_leaves_open_conforms(seed: str) -> None:
    """The suite, judging a service that does all it may otherwise, finds nothing."""
    run = judged("tests/curation", LIBERTIES=seed)

    assert run.returncode == 0, run.stdout + run.stderr
