"""The L1 endpoints: intake, sessions, notes, resolution, escalation, tenancy."""

from __future__ import annotations

import httpx
import pytest

from goldtape import Tape

from .helpers_l1 import (
    User,
    change_user,
    create_adhoc_session,
    ensure_subscription,
    get_session,
    intake,
    llm_calls,
    login,
    make_l1_user,
    post,
    register,
    rows,
)


@pytest.mark.case("l1/T1")
async def test_intake_build_creates_ai_build_session(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A problem in scope starts an ai_build session with an internal ticket, for one classification."""
    user = await make_l1_user(l1, support, goldtape.unique("l1intake@example.com"))

    response = await intake(l1, user, "Printer won't turn on", customer_name="Alice")

    assert response.status_code == 200
    body = response.json()
    assert (body["outcome"], body["session_kind"], body["ticket_kind"]) == ("build", "ai_build", "internal")
    assert body["session_id"]
    [ticket] = await rows(support, user, "internal_tickets")
    assert (ticket["id"], ticket["customer_name"]) == (body["ticket_id"], "Alice")
    assert await llm_calls(support) == ["classify"]


@pytest.mark.case("l1/T2")
async def test_intake_no_auth(l1: httpx.AsyncClient, support: httpx.AsyncClient) -> None:
    """Without a token nothing is taken in, and no model is asked."""
    response = await l1.post("/api/v1/l1/intake", json={"problem_statement": "Test"})

    assert response.status_code == 401
    assert await llm_calls(support) == []


@pytest.mark.case("l1/T3")
async def test_intake_viewer_forbidden(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """A viewer may not take a problem in; no ticket, no session, no model."""
    email = goldtape.unique("viewer_l1@example.com")
    registered = await register(l1, email)
    await change_user(support, registered["id"], account_role="viewer")
    await ensure_subscription(support, registered["account_id"])
    viewer = User(registered["id"], registered["account_id"], await login(l1, email))

    response = await intake(l1, viewer, "Test")

    assert response.status_code == 403
    assert await rows(support, viewer, "internal_tickets") == []
    assert await rows(support, viewer, "l1_walk_sessions") == []
    assert await llm_calls(support) == []


@pytest.mark.case("l1/T4")
async def test_step_on_adhoc_returns_400(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """An ad-hoc session has no steps."""
    user = await make_l1_user(l1, support, goldtape.unique("l1step@example.com"))
    session_id = await create_adhoc_session(l1, user, "Adhoc issue")

    response = await post(l1, user, session_id, "step", {"node_id": "node1", "question": "Q?", "answer": "A"})

    assert response.status_code == 400
    assert "adhoc" in response.json()["detail"]
    assert (await get_session(l1, user, session_id)).json()["walked_path"] == []


@pytest.mark.case("l1/T5")
async def test_notes_on_adhoc_session(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """Notes are kept exactly as they were sent."""
    user = await make_l1_user(l1, support, goldtape.unique("l1notes@example.com"))
    session_id = await create_adhoc_session(l1, user, "Notes test")
    notes = [{"text": "Customer called about printer", "ts": "2026-05-28T10:00:00Z"}]

    response = await post(l1, user, session_id, "notes", {"notes": notes})

    assert response.status_code == 200
    assert response.json()["walk_notes"] == notes


@pytest.mark.case("l1/T6")
async def test_resolve_session(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """A resolved session reads as resolved; an ad-hoc one leaves no proposal."""
    user = await make_l1_user(l1, support, goldtape.unique("l1resolve@example.com"))
    session_id = await create_adhoc_session(l1, user, "Resolve test")

    resolved = await post(
        l1, user, session_id, "resolve", {"helpful": True, "resolution_notes": "Restarted the printer."}
    )
    read = await get_session(l1, user, session_id)

    assert (resolved.status_code, resolved.json()["status"]) == (200, "resolved")
    assert (read.status_code, read.json()["status"]) == (200, "resolved")
    assert await rows(support, user, "flow_proposals") == []
    assert [row["action"] for row in await rows(support, user, "audit_logs")] == ["l1.session.resolved"]


@pytest.mark.case("l1/T7")
async def test_escalate_session(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """A session can be escalated even when there is nobody to tell, which is said."""
    user = await make_l1_user(l1, support, goldtape.unique("l1escalate@example.com"))
    session_id = await create_adhoc_session(l1, user, "Escalation test")

    response = await post(
        l1, user, session_id, "escalate", {"reason_category": "needs_l2", "reason": "Beyond L1 scope"}
    )

    assert (response.status_code, response.json()["status"]) == (200, "escalated")
    assert response.json()["warnings"] == ["no_escalation_recipients"]
    again = await post(l1, user, session_id, "resolve", {"helpful": True})
    assert again.status_code == 409


@pytest.mark.case("l1/T8")
async def test_escalate_without_walk(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """A problem can be escalated at once: one ticket, one session, escalated."""
    user = await make_l1_user(l1, support, goldtape.unique("l1eww@example.com"))

    response = await l1.post(
        "/api/v1/l1/escalate-without-walk",
        json={
            "problem_statement": "No KB available",
            "reason_category": "no_kb",
            "reason": "No knowledge base content matched",
        },
        headers=user.headers,
    )

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["session_kind"]) == ("escalated", "adhoc")
    assert len(await rows(support, user, "internal_tickets")) == 1
    assert len(await rows(support, user, "l1_walk_sessions")) == 1


@pytest.mark.case("l1/T9")
async def test_list_active_sessions_ordered(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """Active sessions come by their last step, the latest first; those that ended do not come."""
    user = await make_l1_user(l1, support, goldtape.unique("l1active@example.com"))
    inserted = await support.post(
        f"/accounts/{user.account_id}/sessions",
        json={
            "created_by_user_id": user.id,
            "sessions": [
                {"started_s_ago": 600, "last_step_s_ago": 300},
                {"started_s_ago": 1200, "last_step_s_ago": 60},
                {"started_s_ago": 900, "last_step_s_ago": 30, "status": "resolved"},
            ],
        },
    )
    first, second, resolved = inserted.json()["ids"]

    response = await l1.get("/api/v1/l1/sessions/active", headers=user.headers)

    assert response.status_code == 200
    listed = [session["id"] for session in response.json()]
    assert listed == [second, first]
    assert resolved not in listed


@pytest.mark.case("l1/T10")
async def test_get_session_cross_account_returns_404(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Another account's session does not exist for you."""
    tenant_a = await make_l1_user(l1, support, goldtape.unique("l1tenanta@example.com"))
    session_id = await create_adhoc_session(l1, tenant_a, "Account A issue")
    tenant_b = await make_l1_user(l1, support, goldtape.unique("l1tenantb@example.com"))

    theirs = await get_session(l1, tenant_b, session_id)
    own = await get_session(l1, tenant_a, session_id)

    assert theirs.status_code == 404
    assert own.status_code == 200


async def test_without_a_subscription_every_route_is_closed(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """The plan that comes with a registration does not open the L1 routes."""
    email = goldtape.unique("l1free@example.com")
    registered = await register(l1, email)
    await change_user(support, registered["id"], account_role="l1_tech")
    user = User(registered["id"], registered["account_id"], await login(l1, email))

    refused = await intake(l1, user, "Printer won't turn on")

    assert (refused.status_code, refused.json()["detail"]) == (402, "subscription_required")
    assert await llm_calls(support) == []
