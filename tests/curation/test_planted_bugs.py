"""What this suite is for: each of these bugs, planted in the service, fails a test that says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ..planted import Edit, live_run

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

ACTIONS, MEMORY, MODELS = "curation/actions.py", "curation/memory.py", "curation/models.py"
RULES, APP = "curation/rules.py", "curation/app.py"
FLOW, OURS = "tests/curation/test_usecase_flow_cosmos.py", "tests/curation/test_rules.py"

GUARD = [Edit(MEMORY, " or current.etag != etag", "")]

BUGS = {
    # ---------------------------------------------------------------- races
    "claims-without-their-guard": (
        GUARD,
        f"{FLOW}::test_concurrent_selfserve_no_duplicates[one-user]",
        "expected none",
    ),
    "a-lost-claim-is-not-made-up": (
        [
            Edit(ACTIONS, "while (missing := limit - len(assigned)) > 0", "if (missing := limit - len(assigned)) > 0"),
            Edit(ACTIONS, "        if not candidates:\n            break\n", ""),
        ],
        f"{FLOW}::test_concurrent_selfserve_no_duplicates[one-user]",
        "expected assignedCount 10",
    ),
    # ---------------------------------------------------------------- etags
    "if-match-not-needed": (
        [
            Edit(
                ACTIONS,
                "    if not if_match:\n        raise EtagRequired(item.id)\n",
                "    if_match = if_match or item.etag\n",
            )
        ],
        f"{FLOW}::test_every_write_requires_a_current_if_match[skip]",
        "expected a refusal, for If-Match is None",
    ),
    "stale-etag-accepted": (
        [
            Edit(
                ACTIONS,
                "if if_match != item.etag or (stored := await store.replace(wanted, if_match)) is None",
                "if (stored := await store.replace(wanted, item.etag)) is None",
            )
        ],
        f"{FLOW}::test_every_write_requires_a_current_if_match[delete]",
        "expected a refusal, for If-Match is",
    ),
    "star-matches-any-etag": (
        [
            Edit(
                ACTIONS,
                "    if if_match != item.etag or",
                "    if_match = item.etag if if_match == '*' else if_match\n    if if_match != item.etag or",
            )
        ],
        f"{OURS}::test_an_etag_is_compared_as_it_stands",
        "answers 200 where it answered 412",
    ),
    "etag-stays-after-a-write": (
        [Edit(MEMORY, 'update={"etag": f\'"{uuid4()}"\'}', 'update={"etag": item.etag or f\'"{uuid4()}"\'}')],
        f"{FLOW}::test_cross_user_update_forbidden",
        "expected another etag than",
    ),
    "etag-header-forgotten-on-writes": (
        [
            Edit(APP, "    return _tagged(await actions.change_item(", "    return (await actions.change_item("),
            Edit(APP, "if_match, user), response)", "if_match, user))"),
        ],
        f"{FLOW}::test_post_actions_visibility_in_my_assignments",
        "headers",
    ),
    # ---------------------------------------------------------------- ownership
    "unassigned-item-writable": (
        [Edit(RULES, "if item.assigned_to != user:", "if item.assigned_to not in (None, user):")],
        f"{FLOW}::test_unassigned_item_is_not_writable",
        "expected 403",
    ),
    "done-item-writable-by-its-last-user": (
        [Edit(RULES, "if item.assigned_to != user:", "if (item.assigned_to or item.updated_by) != user:")],
        f"{OURS}::test_what_is_done_is_out_of_hand[deleted]",
        "answers 200 where it answered 403",
    ),
    "status-checked-before-the-owner": (
        [
            Edit(
                ACTIONS,
                "    rules.check_owner(item, user)\n    status = rules.target_status(change, item.status)\n",
                "    status = rules.target_status(change, item.status)\n    rules.check_owner(item, user)\n",
            )
        ],
        f"{OURS}::test_checks_have_an_order",
        "expected 403, got 400",
    ),
    "empty-name-is-a-user": (
        [
            Edit(APP, "return x_user_id or ANONYMOUS", "return x_user_id if x_user_id is not None else ANONYMOUS"),
            Edit(APP, 'x_user_id: Annotated[str, Header()] = ""', "x_user_id: Annotated[str | None, Header()] = None"),
        ],
        f"{OURS}::test_nobody_in_particular_is_anonymous",
        "assignedTo",
    ),
    "list-of-everybody": (
        [
            Edit(MEMORY, "item.assigned_to == user and item", "item.assigned_to and item"),
            Edit(MEMORY, "self._where(lambda item: item.assigned_to", "self._where(lambda item: bool(item.assigned_to"),
            Edit(MEMORY, "item.status is Status.DRAFT)", "item.status is Status.DRAFT))"),
        ],
        f"{OURS}::test_a_list_has_the_items_of_one_user",
        "holds 3",
    ),
    # ---------------------------------------------------------------- what a write leaves
    "skip-keeps-the-time-of-assignment": (
        [
            Edit(
                RULES,
                '        update |= {"assigned_to": None, "assigned_at": None}\n',
                '        update |= {"assigned_to": None}\n'
                '        update |= {"assigned_at": item.assigned_at if status is Status.SKIPPED else None}\n',
            )
        ],
        f"{FLOW}::test_skipped_items_become_reassignable_after_unassign",
        "expected no assignment",
    ),
    "deletion-keeps-the-assignment": (
        [Edit(RULES, "    if status is not Status.DRAFT:\n", "    if status in (Status.APPROVED, Status.SKIPPED):\n")],
        f"{FLOW}::test_post_actions_visibility_in_my_assignments",
        "assignedTo",
    ),
    "skip-counts-as-a-review": (
        [Edit(RULES, "    if status is Status.APPROVED:\n", "    if status is not Status.DRAFT:\n")],
        f"{OURS}::test_what_is_done_is_out_of_hand[skipped]",
        "reviewedAt",
    ),
    "write-keeps-the-last-writer": (
        [
            Edit(
                RULES,
                '"status": status, "updated_at": now, "updated_by": user}',
                '"status": status, "updated_at": now}',
            ),
            Edit(RULES, '            "updated_by": user,\n', ""),
        ],
        f"{FLOW}::test_cross_user_update_forbidden",
        "updatedBy",
    ),
    "tags-not-made-again": (
        [Edit(RULES, "    if change.manual_tags is not None:\n", "    if change.manual_tags:\n")],
        f"{OURS}::test_a_write_changes_what_it_names",
        "tags",
    ),
    "approval-wins-over-status": (
        [Edit(RULES, '    if "status" in change', '    if not change.approve and "status" in change')],
        f"{OURS}::test_a_write_changes_what_it_names",
        "status",
    ),
    # ---------------------------------------------------------------- hand-out
    "deleted-items-come-back": (
        [Edit(RULES, "(Status.DRAFT, Status.SKIPPED)\n", "(Status.DRAFT, Status.SKIPPED, Status.DELETED)\n")],
        f"{OURS}::test_an_item_starts_with_the_status_that_it_is_imported_with",
        "assigned",
    ),
    "skipped-items-never-come-back": (
        [Edit(RULES, "(Status.DRAFT, Status.SKIPPED)\n", "(Status.DRAFT,)\n")],
        f"{FLOW}::test_skipped_items_become_reassignable_after_unassign",
        "expected the skipped item",
    ),
    "one-too-many": (
        [Edit(ACTIONS, "if len(won) == count", "if len(won) > count")],
        f"{FLOW}::test_concurrent_selfserve_no_duplicates[six-users]",
        "expected assignedCount 10",
    ),
    "count-is-what-was-asked-for": (
        [Edit(ACTIONS, "assigned_count=len(assigned)", "assigned_count=limit")],
        f"{FLOW}::test_idempotent_selfserve_does_not_duplicate_assignments",
        "assignedCount",
    ),
    # ---------------------------------------------------------------- import and datasets
    "import-overwrites": (
        [Edit(MEMORY, "for item in items if item.key not in taken}", "for item in items}")],
        f"{OURS}::test_what_exists_is_not_overwritten",
        "comment",
    ),
    "last-of-two-alike-wins": (
        [Edit(ACTIONS, "first.setdefault(new.key, index)", "first[new.key] = index")],
        f"{OURS}::test_what_exists_is_not_overwritten",
        "received.errors[1].index",
    ),
    "bucket-left-out-of-the-key": (
        [
            Edit(
                MODELS,
                "return Key(self.dataset_name, str(self.bucket), self.id)",
                'return Key(self.dataset_name, "", self.id)',
            )
        ],
        f"{OURS}::test_what_exists_is_not_overwritten",
        "received.errors[0].itemId",
    ),
    "unknown-keys-taken": (
        [Edit(MODELS, 'extra="forbid", populate_by_name=False', 'extra="ignore", populate_by_name=False')],
        f"{OURS}::test_one_faulty_item_refuses_the_whole_import",
        "answers 200 where it answered 422",
    ),
    "neighbours-removed-too": (
        [Edit(MEMORY, "if key.dataset != dataset}", "if not key.dataset.startswith(dataset)}")],
        f"{OURS}::test_a_dataset_goes_with_its_items_only",
        "received",
    ),
    "dataset-not-removed": (
        [Edit(APP, "    await store.delete_dataset(dataset)\n", "")],
        f"{FLOW}::test_cross_user_update_forbidden",
        "the test leaves items behind in",
    ),
}


@pytest.mark.parametrize(("bug", "test", "said"), BUGS.values(), ids=BUGS)
def test_planted_bug_fails_its_test(bug: Sequence[Edit], test: str, said: str, tmp_path: Path) -> None:
    """The test fails, and the report says what is different."""
    run = live_run(bug, test, tmp_path)

    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{test}" in run.stdout.partition("short test summary info")[2]
    assert said in run.stdout
