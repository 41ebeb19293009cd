"""What this suite is for: each of these bugs, planted in the service, fails a test that says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..planted import Edit, live_run

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

SESSIONS, WALKS, ESCALATIONS = "l1/features/sessions.py", "l1/features/walks.py", "l1/features/escalations.py"
FLOWS, INTAKE, CATEGORIES = "l1/features/flows.py", "l1/features/intake.py", "l1/features/categories.py"
ACCESS, TABLES, LLM = "l1/access.py", "l1/tables.py", "l1/llm.py"
ENDPOINTS, AI_BUILD = "tests/l1/test_l1_endpoints.py", "tests/l1/test_l1_api_ai_build.py"
RULES, FAILURES = "tests/l1/test_l1_rules.py", "tests/l1/test_l1_llm_failures.py"

# name: what is changed, the test that notices, and what its report says
BUGS = {
    # ------------------------------------------------------------ sessions
    "account-filter-dropped": (
        Edit(
            SESSIONS,
            "L1WalkSession.id == session_id, L1WalkSession.account_id == user.account_id",
            "L1WalkSession.id == session_id",
        ),
        f"{ENDPOINTS}::test_get_session_cross_account_returns_404",
        "assert 200 == 404",
    ),
    "order-ascending": (
        Edit(SESSIONS, "last_step_at.desc()", "last_step_at"),
        f"{ENDPOINTS}::test_list_active_sessions_ordered",
        "the same 2 items in another order",
    ),
    "colleagues-sessions-listed": (
        Edit(
            SESSIONS,
            "L1WalkSession.created_by_user_id == user.id, L1WalkSession.account_id",
            "L1WalkSession.account_id",
        ),
        f"{ENDPOINTS}::test_list_active_sessions_ordered",
        "received",
    ),
    "notes-echoed-not-stored": (
        Edit(
            SESSIONS,
            "for note in body.notes]\n    session.last_step_at = now()\n    await db.commit()",
            "for note in body.notes]\n    session.last_step_at = now()",
        ),
        f"{ENDPOINTS}::test_notes_on_adhoc_session",
        "AssertionError: GET /api/v1/l1/sessions/",
    ),
    "notes-appended": (
        Edit(
            SESSIONS,
            "session.walk_notes = [note.model_dump()",
            "session.walk_notes = session.walk_notes + [note.model_dump()",
        ),
        f"{ENDPOINTS}::test_notes_on_adhoc_session",
        "/notes answered 200",
    ),
    "notes-do-not-touch": (
        Edit(SESSIONS, "for note in body.notes]\n    session.last_step_at = now()\n", "for note in body.notes]\n"),
        f"{RULES}::test_notes_are_kept_in_every_kind_of_session",
        "last_step_at",
    ),
    "ended-twice": (
        Edit(SESSIONS, 'if session.status != "active":', 'if session.status == "resolved":'),
        f"{RULES}::test_an_ended_session_takes_nothing_more[escalate]",
        "answers 200 where it answered 409",
    ),
    "ticket-left-open": (
        Edit(SESSIONS, "    await close_ticket(db, session)\n", ""),
        f"{ENDPOINTS}::test_resolve_session",
        "internal_tickets",
    ),
    "no-audit-of-escalations": (
        Edit(SESSIONS, "    db.add(AuditLog(", '    if status == "resolved":\n        db.add(AuditLog('),
        f"{AI_BUILD}::test_resolve_and_escalate_leave_an_audit_row",
        "audit rows: [",
    ),
    # ------------------------------------------------------------ walks and proposals
    "depth-cap-off-by-one": (
        Edit(WALKS, "if depth > max_depth", "if depth >= max_depth"),
        f"{AI_BUILD}::test_depth_cap_counts_answered_questions_exactly",
        "/step answered 409",
    ),
    "second-call-on-remount": (
        Edit(WALKS, "if session.pending_node is not None", "if session.pending_node is not None and False"),
        f"{AI_BUILD}::test_remount_replays_pending_node_without_a_second_llm_call",
        "/next-node answered 200",
    ),
    "no-lock-on-mount": (
        Edit(SESSIONS, "_of_account(user, session_id).with_for_update()", "_of_account(user, session_id)"),
        f"{RULES}::test_two_mounts_at_once_cost_one_llm_call",
        "received.id",
    ),
    "stale-answer-taken": (
        Edit(
            WALKS, 'session.pending_node is None or session.pending_node["id"] != node_id', "not session.pending_node"
        ),
        f"{RULES}::test_a_stale_answer_is_refused",
        "answers 200 where it answered 409",
    ),
    "clients-question-kept": (
        Edit(
            WALKS,
            "_answered(node, body.answer, at)]",
            '_answered(node.model_copy(update={"question": body.question}), body.answer, at)]',
        ),
        f"{RULES}::test_a_stale_answer_is_refused",
        "What the client shows",
    ),
    "wrong-depth-asked": (
        Edit(LLM, '"history": list(history), "depth": depth}', '"history": list(history), "depth": depth + 1}'),
        f"{AI_BUILD}::test_ai_build_walk_advances_by_server_assigned_node_id",
        "asked.depth",
    ),
    "failed-call-tried-again": (
        Edit(
            LLM,
            "            response.raise_for_status()\n",
            "            if response.is_error:\n                await self._http.send(response.request)\n"
            "            response.raise_for_status()\n",
        ),
        f"{FAILURES}::test_failing_model_leaves_the_session_usable[down]",
        "received.model[3]",
    ),
    "proposal-though-it-did-not-help": (
        Edit(SESSIONS, "or not session.helpful or", "or"),
        f"{AI_BUILD}::test_proposals_hold_no_junk_nodes",
        "flow_proposals",
    ),
    "pending-node-proposed": (
        Edit(
            SESSIONS,
            "for node in session.walked_path],\n            created_at",
            'for node in [*session.walked_path, *([{**session.pending_node, "answer": ""}] '
            "if session.pending_node else [])]],\n            created_at",
        ),
        f"{AI_BUILD}::test_proposals_hold_no_junk_nodes",
        "where 'Is there paper in the tray?' = says",
    ),
    "proposals-left-behind": (
        Edit(TABLES, 'ForeignKey("l1_walk_sessions.id", ondelete="CASCADE")', 'ForeignKey("l1_walk_sessions.id")'),
        f"{AI_BUILD}::test_deleting_a_session_cascades_to_its_flow_proposals",
        "assert 409 == 204",
    ),
    # ------------------------------------------------------------ intake
    "flow-beats-adhoc": (
        Edit(
            INTAKE,
            "    if request.adhoc:\n",
            "    if request.adhoc and not await find_matching(db, user, request.problem_statement):\n",
        ),
        f"{AI_BUILD}::test_intake_adhoc_starts_adhoc_session",
        "/intake answered 200",
    ),
    "foreign-flow-walked": (
        Edit(FLOWS, "flow.account_id != user.account_id or ", ""),
        f"{AI_BUILD}::test_intake_honours_explicit_flow_id",
        "/intake answered 200",
    ),
    "draft-flow-walked": (
        Edit(FLOWS, ' or flow.status != "published"', ""),
        f"{AI_BUILD}::test_intake_honours_explicit_flow_id",
        "answers 200 where it answered 404",
    ),
    "any-keyword-matches": (
        Edit(FLOWS, "all(keyword.casefold()", "any(keyword.casefold()"),
        f"{AI_BUILD}::test_intake_matches_a_published_flow",
        "/intake answered 200",
    ),
    "foreign-flow-matches": (
        Edit(FLOWS, "where(Flow.account_id == user.account_id, Flow.status", "where(Flow.status"),
        f"{RULES}::test_the_best_flow_matches",
        "received.outcome",
    ),
    "category-not-kept": (
        Edit(INTAKE, 'return {"category": dispatch.category, "problem_text"', 'return {"problem_text"'),
        f"{AI_BUILD}::test_category_problem_and_pending_node_are_columns",
        "'category': None",
    ),
    # ------------------------------------------------------------ who may
    "gone-user-goes-on": (
        Edit(ACCESS, "user is None or not user.can_sign_in", "user is None"),
        f"{RULES}::test_who_is_gone_cannot_go_on[deleted]",
        "answers 200 where it answered 401",
    ),
    "ended-plan-pays": (
        Edit(TABLES, 'self.status == "active" and self.plan', "self.plan"),
        f"{RULES}::test_without_a_paid_plan_every_route_is_closed[canceled]",
        "answers 200 where it answered 402",
    ),
    "engineer-manages-the-account": (
        Edit(ACCESS, "_gate(lambda user: user.can_manage_account)", "_gate(lambda user: user.can_take_escalations)"),
        f"{AI_BUILD}::test_owner_and_admin_manage_account[engineer]",
        "/categories answered 200",
    ),
    "older-role-counts": (
        Edit(
            TABLES,
            "return self.account_role in MANAGING_ROLES",
            "return {self.account_role, self.role} & {*MANAGING_ROLES}",
        ),
        f"{RULES}::test_the_older_role_decides_nothing",
        "answers 200 where it answered 403",
    ),
    "choice-not-stored": (
        Edit(CATEGORIES, "    await db.commit()\n", ""),
        f"{RULES}::test_categories_are_chosen_by_name",
        "received.enabled",
    ),
    # ------------------------------------------------------------ escalations
    "deleted-user-notified": (
        Edit(ESCALATIONS, "User.is_active, User.deleted_at.is_(None)", "User.is_active"),
        f"{AI_BUILD}::test_escalation_falls_back_to_default_recipients",
        "told were {",
    ),
    "named-users-unfiltered": (
        Edit(
            ESCALATIONS,
            "_present_colleagues(user).where(User.id.in_(wanted))",
            "select(User.id).where(User.id.in_(wanted))",
        ),
        f"{AI_BUILD}::test_named_recipients_are_filtered_then_default",
        "told were {",
    ),
    "no-default-for-named": (
        Edit(ESCALATIONS, "    if named:\n", "    if wanted:\n"),
        f"{AI_BUILD}::test_named_recipients_are_filtered_then_default",
        "told were ",
    ),
    "told-of-ones-own": (
        Edit(ESCALATIONS, ", User.id != user.id)", ")"),
        f"{RULES}::test_nobody_is_told_of_their_own_escalation",
        "received.escalation_recipients",
    ),
    "nobody-is-not-logged": (
        Edit(ESCALATIONS, "logger.warning(", "logger.info("),
        f"{AI_BUILD}::test_escalation_without_recipients_is_logged",
        "the log warned of []",
    ),
    "index-of-everything": (
        Edit(TABLES, "            postgresql_where=text(\"status = 'escalated'\"),\n", ""),
        f"{AI_BUILD}::test_escalations_have_a_partial_index",
        "partial indexes: []",
    ),
}


@pytest.mark.parametrize(("bug", "test", "said"), BUGS.values(), ids=BUGS)
def test_planted_bug_fails_its_test(bug: Edit, test: str, said: str, tmp_path: Path) -> None:
    """The test fails, and the report says what is different."""
    run = live_run([bug], test, tmp_path)

    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(rf"^(FAILED|ERROR) {re.escape(test)}", run.stdout, re.MULTILINE), run.stdout
    assert said in run.stdout
