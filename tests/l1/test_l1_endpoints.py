"""The L1 endpoints: intake, sessions, notes, resolution, escalation, tenancy."""

from __future__ import annotations

import pytest

from .helpers_l1 import Answer, Desk


@pytest.mark.case("l1/T1")
async def test_intake_build_creates_ai_build_session(desk: Desk) -> None:
    """A problem in scope starts an ai_build session with an internal ticket."""
    technician = await desk.person()

    taken = await technician.intake("Printer won't turn on", customer_name="Alice")
    await desk.model_calls()
    read = await technician.read(taken.says("session_id"))

    assert taken.status == 200
    assert taken.says("outcome") == "build", taken
    assert taken.says("session_kind") == "ai_build", taken
    assert taken.says("ticket_kind") == "internal", taken
    assert taken.says("session_id")
    assert taken.says("ticket_id")
    assert read.status == 200
    assert read.says("session_kind") == "ai_build", read


@pytest.mark.case("l1/T2")
async def test_intake_no_auth(desk: Desk) -> None:
    """Without a token nothing is taken in."""
    refused = Answer(await desk.l1.post("/api/v1/l1/intake", json={"problem_statement": "Test"}))

    assert refused.status == 401


@pytest.mark.case("l1/T3")
async def test_intake_viewer_forbidden(desk: Desk) -> None:
    """A viewer may not take a problem in."""
    viewer = await desk.person("viewer")

    refused = await viewer.intake("Test")

    assert refused.status == 403


@pytest.mark.case("l1/T4")
async def test_step_on_adhoc_returns_400(desk: Desk) -> None:
    """An ad-hoc session has no steps."""
    technician = await desk.person()
    session = await technician.adhoc_session("Adhoc issue")

    refused = await technician.step(session, {"id": "node1", "question": "Q?"}, "A")

    assert refused.status == 400
    assert "adhoc" in str(refused.says("detail"))


@pytest.mark.case("l1/T5")
async def test_notes_on_adhoc_session(desk: Desk) -> None:
    """Notes are kept as they were sent, and a later list takes the place of an earlier one."""
    technician = await desk.person()
    session = await technician.adhoc_session("Notes test")
    first = [{"text": "Customer called about printer", "ts": "2026-05-28T10:00:00Z"}]
    second = [{"text": "Called back", "ts": "2026-05-28T11:30:00+02:00"}, *first]

    noted = await technician.note(session, first)
    noted_again = await technician.note(session, second)
    read = await technician.read(session)

    assert noted.status == 200
    assert noted.says("walk_notes") == first, noted
    assert noted_again.status == 200
    assert noted_again.says("walk_notes") == second, noted_again
    assert read.says("walk_notes") == second, read


@pytest.mark.case("l1/T6")
async def test_resolve_session(desk: Desk) -> None:
    """A resolved session reads as resolved."""
    technician = await desk.person()
    session = await technician.adhoc_session("Resolve test")

    resolved = await technician.resolve(session, resolution_notes="Restarted the printer.")
    read = await technician.read(session)

    assert resolved.status == 200
    assert resolved.says("status") == "resolved", resolved
    assert read.status == 200
    assert read.says("status") == "resolved", read


@pytest.mark.case("l1/T7")
async def test_escalate_session(desk: Desk) -> None:
    """A session can be escalated, even where there is nobody to tell."""
    technician = await desk.person()
    session = await technician.adhoc_session("Escalation test")

    escalated = await technician.escalate(session)
    read = await technician.read(session)

    assert escalated.status == 200
    assert escalated.says("status") == "escalated", escalated
    assert read.says("status") == "escalated", read


@pytest.mark.case("l1/T8")
async def test_escalate_without_walk(desk: Desk) -> None:
    """A problem that nobody has walked can be escalated at once."""
    technician = await desk.person()

    escalated = await technician.escalate_without_walk(customer_name="Alice", customer_contact="alice@example.com")

    assert escalated.status == 200
    assert escalated.says("status") == "escalated", escalated
    assert escalated.says("session_kind") == "adhoc", escalated


@pytest.mark.case("l1/T9")
async def test_list_active_sessions_ordered(desk: Desk) -> None:
    """Active sessions come by their last step, the latest first; those that ended do not come."""
    technician = await desk.person()
    colleague = await desk.colleague(technician, "l1_tech")
    first, second, resolved = await desk.old_sessions(
        technician,
        technician.id,
        {"started_s_ago": 600, "last_step_s_ago": 300},
        {"started_s_ago": 1200, "last_step_s_ago": 60},
        {"started_s_ago": 900, "last_step_s_ago": 30, "status": "resolved"},
    )
    await desk.old_sessions(technician, colleague, {"started_s_ago": 500, "last_step_s_ago": 100})

    active = await technician.get("sessions/active")

    assert active.status == 200
    assert [one for one in active.ids() if one in (first, second, resolved)] == [second, first], active


@pytest.mark.case("l1/T10")
async def test_get_session_cross_account_returns_404(desk: Desk) -> None:
    """Another account's session does not exist for you."""
    tenant_a = await desk.person()
    session = await tenant_a.adhoc_session("Account A issue")
    tenant_b = await desk.person()

    theirs = await tenant_b.read(session)
    own = await tenant_a.read(session)

    assert theirs.status == 404
    assert own.status == 200
