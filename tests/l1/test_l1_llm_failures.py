"""A language model that fails: the caller is told, and the session can go on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from goldtape import Tape

from .helpers_l1 import build_session, get_session, intake, llm_calls, make_l1_user, next_node, post, rows, set_llm_mode

FAILURES = [
    pytest.param("slow", {"delay_s": 2}, marks=pytest.mark.case("l1/llm-slow")),
    pytest.param("down", {}, marks=pytest.mark.case("l1/llm-down")),
    pytest.param("nonsense", {}, marks=pytest.mark.case("l1/llm-nonsense")),
    pytest.param("refusal", {}, marks=pytest.mark.case("l1/llm-refusal")),
]


@pytest.mark.parametrize(("mode", "options"), FAILURES)
async def test_failing_model_leaves_the_session_usable(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape, mode: str, options: dict[str, Any]
) -> None:
    """A model that fails in a walk gives 502 and changes nothing; when it works again, the walk goes on."""
    user = await make_l1_user(l1, support, goldtape.unique(f"l1{mode}@example.com"))
    session_id = await build_session(l1, user, "Printer won't turn on")
    await set_llm_mode(support, mode, **options)

    failed = await post(l1, user, session_id, "next-node", {})

    assert (failed.status_code, failed.json()["detail"]) == (502, "llm_unavailable")
    session = (await get_session(l1, user, session_id)).json()
    assert (session["status"], session["pending_node"], session["walked_path"]) == ("active", None, [])

    await set_llm_mode(support, "ok")
    node = await next_node(l1, user, session_id)

    assert node["depth"] == 1
    assert await llm_calls(support) == ["classify", "node", "node"], "no retry of its own"


@pytest.mark.case("l1/llm-down")
async def test_failing_model_at_intake_leaves_no_ticket(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A model that fails at intake gives 502, and neither ticket nor session is left behind."""
    user = await make_l1_user(l1, support, goldtape.unique("l1intakedown@example.com"))
    await set_llm_mode(support, "down")

    response = await intake(l1, user, "Printer won't turn on")

    assert (response.status_code, response.json()["detail"]) == (502, "llm_unavailable")
    assert await rows(support, user, "internal_tickets") == []
    assert await rows(support, user, "l1_walk_sessions") == []
