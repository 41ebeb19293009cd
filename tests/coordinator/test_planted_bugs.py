"""What this suite is for: each of these bugs, planted in the service, fails a case that says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ..planted import Edit, live_run

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

SERVICE, TESTS = "coordinator", "tests/coordinator"

NEWEST_BY_TIME = """        groups = grouped(files)
        from services.coordinator.grouping import Group
        by_time = []
        for group in groups:
            versions = [*group.older, group.newest]
            stats = [(await self._smb._client.stat(one.path)).st_mtime for one in versions]
            ordered = [one for _, one in sorted(zip(stats, versions), key=lambda pair: pair[0])]
            by_time.append(Group(group.remitter, group.base_name, ordered[-1], tuple(ordered[:-1])))
        groups = by_time
"""
NOTIFY = "            await self._iqube.notify(file.path, ended.status, ended.row_id)\n"
FORGET = """            await connection.execute(
                "DELETE FROM coordinator_control c WHERE status = 'processing' AND file_name = $1 AND EXISTS"
                " (SELECT 1 FROM coordinator_control d WHERE d.file_name = $1 AND d.status = 'itm_failed')",
                file_name,
            )
            won = await"""

CLAIM_ARGUMENTS = "self.values(subject, Status.PROCESSING, CLAIMED)"
LOOK_FIRST = f"""
        seen = "SELECT 1 FROM coordinator_control WHERE base_name = $1 AND content_md5 = $2"
        if await connection.fetchval(seen, subject.base_name, subject.content_md5):
            return False
        won = await connection.fetchval(_CLAIM, *{CLAIM_ARGUMENTS})"""
NO_CONFLICT = (
    Edit(f"{SERVICE}/schema.sql", "CREATE UNIQUE INDEX IF NOT EXISTS uniq", "CREATE INDEX IF NOT EXISTS uniq"),
    Edit(
        f"{SERVICE}/rows.py",
        "    ON CONFLICT (base_name, content_md5) WHERE status = 'processing' DO NOTHING\n",
        "",
    ),
)
FAILED_MOVE = """            log.error("archiving failed: %s", error)
            return False
        return True"""


def the_test(module: str, function: str) -> str:
    return f"{TESTS}/test_{module}_integration.py::{function}"


HAPPY = the_test("happy_path", "test_happy_path_seed_file_calls_itm_and_archives")
BYTES = the_test("happy_path", "test_archived_file_has_the_bytes_that_were_uploaded")
LEFT_BEHIND = the_test("coordinator_run", "test_older_version_left_behind_is_never_submitted")
REFUSED = the_test("itm_failure_and_idempotency", "test_itm_failed_file_is_not_archived_and_not_reprocessed")
SCAN = the_test("fault_injection", "test_smb_scan_failure_is_fatal_and_notifies_iqube_once")

# The bug, the test that notices, and a word of what the report says.
BUGS: dict[str, tuple[Sequence[Edit], str, str]] = {
    "newest-by-mtime": (
        [Edit(f"{SERVICE}/run.py", "        groups = grouped(files)\n", NEWEST_BY_TIME)],
        the_test("coordinator_run", "test_case1_timstamp_versions_archive_older_only_process_newest"),
        "seen.status(newest)",
    ),
    "claim-without-its-guard": (
        NO_CONFLICT,
        the_test("foi_failure", "test_foi_invalid_password_is_not_reprocessed_on_second_run"),
        "seen.calls == before.calls",
    ),
    "claim-by-looking-first": (
        [
            *NO_CONFLICT,
            Edit(
                f"{SERVICE}/rows.py",
                f"""
        won = await connection.fetchval(_CLAIM, *{CLAIM_ARGUMENTS})""",
                LOOK_FIRST,
            ),
        ],
        the_test("itm_failure_and_idempotency", "test_two_runs_at_once_process_a_file_once"),
        "'foi': 2",
    ),
    "archived-before-the-row": (
        [
            Edit(
                f"{SERVICE}/archive.py",
                "            moved = [subject for subject in archiving.subjects if await self._is_archived(subject)]\n"
                "            await archiving.record(moved)",
                "            await archiving.record(archiving.subjects)\n"
                "            for subject in archiving.subjects:\n"
                "                await self._is_archived(subject)",
            )
        ],
        the_test("fault_injection", "test_archive_failure_is_logged_and_retried_by_housekeeping"),
        "archive_succeeded",
    ),
    "iqube-twice": (
        [Edit(f"{SERVICE}/processing.py", NOTIFY, NOTIFY + NOTIFY)],
        the_test("foi_failure", "test_foi_invalid_password_maps_to_password_failed"),
        "(0, 2) == (0, 1)",
    ),
    "temporary-names-not-filtered": (
        [Edit(f"{SERVICE}/smb.py", " and not self._settings.temp_names.match(name)", "")],
        the_test("temp_files_ignored", "test_temp_files_should_be_ignored_by_scan"),
        "seen.source",
    ),
    "refused-submission-retried": (
        [Edit(f"{SERVICE}/rows.py", "            won = await", FORGET)],
        REFUSED,
        "seen.calls == before.calls",
    ),
    "open-upload-not-noticed": (
        [
            Edit(
                f"{SERVICE}/smb_client.py",
                'share_access="r", **self._options) as file:\n                content',
                'share_access="rwd", **self._options) as file:\n                content',
            )
        ],
        the_test("coordinator_run_slow_upload", "test_slow_upload_should_be_skipped_until_complete"),
        "during.calls",
    ),
    "version-left-behind-submitted": (
        [Edit(f"{SERVICE}/processing.py", "if await self._rows.has_newer(file.path, base_name):", "if False:")],
        LEFT_BEHIND,
        "seen.statuses(held)",
    ),
    "young-version-archived": (
        [Edit(f"{SERVICE}/archive.py", "if not await self._smb.is_stable(path):", "if False:")],
        LEFT_BEHIND,
        "before.source",
    ),
    "archived-empty": (
        [
            Edit(
                f"{SERVICE}/smb.py",
                "            await self._client.rename(path, target)\n",
                "            await self._client.write(path, b'')\n"
                "            await self._client.rename(path, target)\n",
            )
        ],
        HAPPY,
        "with other bytes",
    ),
    "archived-before-the-answer": (
        [Edit(f"{SERVICE}/run.py", "self._tasks.start(self._archiver.run(", "await (self._archiver.run(")],
        the_test("happy_path", "test_run_answers_before_its_archiving_is_done"),
        "gave no answer within",
    ),
    "rejected-file-kept": (
        [Edit(f"{SERVICE}/status.py", "Status.OPS_CLOSED, Status.OPS_REJECTED)", "Status.OPS_CLOSED)")],
        the_test("happy_path", "test_housekeeping_archives_what_an_operator_closed_or_rejected"),
        "seen.source",
    ),
    "archived-again-and-again": (
        [
            Edit(
                f"{SERVICE}/status.py",
                "(Status.SUCCESS, Status.OPS",
                "(Status.SUCCESS, Status.ARCHIVE_SUCCEEDED, Status.OPS",
            ),
            Edit(f"{SERVICE}/rows.py", "          AND moved.status = 'archive_succeeded'", "          AND false"),
        ],
        the_test("fault_injection", "test_archived_file_is_not_archived_again"),
        'count("archive_succeeded") == 1',
    ),
    "one-failed-move-stops-all": (
        [Edit(f"{SERVICE}/archive.py", FAILED_MOVE, "            raise\n        return True")],
        the_test("fault_injection", "test_one_failed_move_does_not_stop_the_others"),
        "during.source",
    ),
    "temporary-name-hides-its-folder": (
        [
            Edit(
                f"{SERVICE}/smb.py",
                "            found += [",
                "            beside = await self._client.entries(folder)\n"
                "            if any(self._settings.temp_names.match(one) for one, _ in beside):\n"
                "                continue\n"
                "            found += [",
            )
        ],
        the_test("temp_files_ignored", "test_temp_file_does_not_hide_its_neighbours"),
        "seen.status(normal)",
    ),
    "milliseconds-are-a-stamp": (
        [Edit(f"{SERVICE}/grouping.py", "(?:[0-9]{14}|", "(?:[0-9]{17}|[0-9]{14}|")],
        the_test("timestamp_variants", "test_millisecond_suffix_creates_separate_records"),
        "seen.status(file)",
    ),
    "error-of-itm-accepted": (
        [
            Edit(
                f"{SERVICE}/itm.py",
                "    answer = json_object(text)\n",
                "    if status_code >= 500:\n        return None\n    answer = json_object(text)\n",
            )
        ],
        the_test("itm_failure_and_idempotency", "test_itm_http_error_is_itm_failed[http_500]"),
        "seen.status(file)",
    ),
    "refusal-of-itm-not-told": (
        [
            Edit(
                f"{SERVICE}/processing.py",
                "ended.status is not Status.SUCCESS",
                'ended.status.startswith("extraction")',
            )
        ],
        REFUSED,
        'seen.calls["iqube"] == 1',
    ),
    "vanished-file-claimed": (
        [
            Edit(
                f"{SERVICE}/processing.py",
                'return RunError(file=file.path, stage="download", error=str(error))',
                'content = b""',
            )
        ],
        the_test("fault_injection", "test_file_vanishing_between_stat_and_download"),
        "names(answer, vanishing)",
    ),
    "forbidden-share-is-empty": (
        [
            Edit(
                f"{SERVICE}/run.py",
                "            return await self._fatal(result, error)",
                '            if "DENIED" not in str(error):\n'
                "                return await self._fatal(result, error)\n"
                "            files = []",
            )
        ],
        f"{SCAN}[no-permission]",
        "the run answered 200",
    ),
    "scan-told-twice": (
        [
            Edit(
                f"{SERVICE}/run.py",
                "        await self._iqube.notify(self._source, SCAN_FAILED)\n",
                "        for _ in range(2):\n            await self._iqube.notify(self._source, SCAN_FAILED)\n",
            )
        ],
        f"{SCAN}[root-gone]",
        "'iqube': 2",
    ),
    "result-wins-over-failure": (
        [
            Edit(
                f"{SERVICE}/foi.py",
                'if failed := answer.get("failed"):',
                'if (failed := answer.get("failed")) and not answer.get("result"):',
            )
        ],
        the_test("foi_failure", "test_failure_wins_over_a_result"),
        "seen.status(file)",
    ),
    "token-not-renewed": (
        [
            Edit(
                f"{SERVICE}/itm.py",
                "answer = await self._send(body, await self._new_token())",
                "answer = await self._send(body, self._token)",
            )
        ],
        the_test("itm_failure_and_idempotency", "test_refused_token_is_renewed_once"),
        "received.calls.itm[1].issuer",
    ),
    "token-made-up": (
        [Edit(f"{SERVICE}/itm.py", "if not self._settings.itm_token_url:", "if True:")],
        HAPPY,
        "received.calls.itm[0].issuer",
    ),
    "digest-of-the-name": (
        [Edit(f"{SERVICE}/processing.py", "digest = md5(content,", "digest = md5(file.name.encode(),")],
        BYTES,
        "seen.digests(SEED)",
    ),
    "taken-name-written-over": (
        [
            Edit(
                f"{SERVICE}/archive.py",
                "        await self._smb.move(path, stamped(target, now()) if await self._smb.exists(target)"
                " else target)",
                "        if await self._smb.exists(target):\n"
                "            await self._smb._client.remove(target)\n"
                "        await self._smb.move(path, target)",
            )
        ],
        the_test("happy_path", "test_taken_name_in_the_archive_is_left_alone"),
        "seen.digests(file)",
    ),
    "group-not-deferred": (
        [Edit(f"{SERVICE}/run.py", "if not _is_deferred(outcome):", "if True:")],
        the_test("policy_a_unstable_file", "test_versions_wait_for_a_newest_that_is_unstable"),
        "received.archive_candidates",
    ),
}


@pytest.mark.parametrize(("bug", "test", "said"), BUGS.values(), ids=BUGS)
def test_planted_bug_fails_its_case(bug: Sequence[Edit], test: str, said: str, tmp_path: Path) -> None:
    """The case fails, and the report says what is different."""
    run = live_run(bug, test, tmp_path)

    assert run.returncode == 1, run.stdout + run.stderr
    # What stands for minted values is compared at the close, where a difference is an error and no failure.
    assert f"FAILED {test}" in run.stdout or f"ERROR {test}" in run.stdout
    assert said in run.stdout
