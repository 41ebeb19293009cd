"""What this suite is for: each of these bugs, planted in the service, fails a case that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..planted import Edit, live_run

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

SESSIONS, WALKS, ESCALATIONS = "l1/features/sessions.py", "l1/features/walks.py", "l1/features/escalations.py"
ENDPOINTS, AI_BUILD = "tests/l1/test_l1_endpoints.py", "tests/l1/test_l1_api_ai_build.py"

BUGS = {
    "account-filter-dropped": (
        Edit(
            SESSIONS,
            "L1WalkSession.id == session_id, L1WalkSession.account_id == user.account_id",
            "L1WalkSession.id == session_id",
        ),
        f"{ENDPOINTS}::test_get_session_cross_account_returns_404",
        "expected 404, got 200",
    ),
    "order-ascending": (
        Edit(SESSIONS, "last_step_at.desc()", "last_step_at"),
        f"{ENDPOINTS}::test_list_active_sessions_ordered",
        "the same 2 items in another order",
    ),
    "depth-cap-off-by-one": (
        Edit(WALKS, "if depth > max_depth", "if depth >= max_depth"),
        f"{AI_BUILD}::test_depth_cap_counts_answered_questions_exactly",
        'expected "question", got "escalate"',
    ),
    "second-call-on-remount": (
        Edit(WALKS, "if session.pending_node is not None", "if session.pending_node is not None and False"),
        f"{AI_BUILD}::test_remount_replays_pending_node_without_a_second_llm_call",
        "received.id",
    ),
    "no-lock-on-mount": (
        Edit(SESSIONS, "_of_account(user, session_id).with_for_update()", "_of_account(user, session_id)"),
        f"{AI_BUILD}::test_two_mounts_at_once_cost_one_llm_call",
        "received.id",
    ),
    "deleted-user-notified": (
        Edit(ESCALATIONS, "User.is_active, User.deleted_at.is_(None)", "User.is_active"),
        f"{AI_BUILD}::test_escalation_falls_back_to_default_recipients",
        "received.escalation_recipients",
    ),
}


@pytest.mark.parametrize(("bug", "test", "said"), BUGS.values(), ids=BUGS)
def test_planted_bug_fails_its_case(bug: Edit, test: str, said: str, tmp_path: Path) -> None:
    """The case fails, and the report says what is different."""
    run = live_run([bug], test, tmp_path)

    assert run.returncode == 1, run.stdout + run.stderr
    assert f"FAILED {test}" in run.stdout
    assert said in run.stdout
