"""A language model that fails. The plan says nothing of it: what comes of it is in the goldens."""

from __future__ import annotations

from typing import Any

import pytest

from .helpers_l1 import Desk

FAILURES: dict[str, dict[str, Any]] = {
    "slow": {"delay_s": 2},
    "down": {},
    "nonsense": {},
    "incomplete": {},
    "refusal": {},
    "empty": {},
}


@pytest.mark.parametrize(("mode", "options"), FAILURES.items(), ids=FAILURES)
async def test_failing_model_leaves_the_session_usable(desk: Desk, mode: str, options: dict[str, Any]) -> None:
    """A model that fails in a walk changes nothing; when it works again, the walk goes on."""
    technician = await desk.person()
    session = await technician.built_session("Printer won't turn on")
    await desk.model(mode, **options)

    await technician.mount(session)
    await technician.read(session)
    await desk.model("ok")
    await technician.mount(session)


@pytest.mark.parametrize("mode", ["down", "incomplete"])
async def test_failing_model_at_intake_leaves_no_ticket(desk: Desk, mode: str) -> None:
    """A model that fails at intake leaves neither ticket nor session behind."""
    technician = await desk.person()
    await desk.model(mode)

    await technician.intake("Printer won't turn on")
