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

BUGS = {
    "newest-by-mtime": (
        [Edit(f"{SERVICE}/run.py", "        groups = grouped(files)\n", NEWEST_BY_TIME)],
        f"{TESTS}/test_coordinator_run_integration.py::test_case1_timstamp_versions_archive_older_only_process_newest",
        "received.processed[0].file",
    ),
    "claim-without-its-guard": (
        [
            Edit(f"{SERVICE}/schema.sql", "CREATE UNIQUE INDEX IF NOT EXISTS uniq", "CREATE INDEX IF NOT EXISTS uniq"),
            Edit(
                f"{SERVICE}/rows.py",
                "    ON CONFLICT (base_name, content_md5) WHERE status = 'processing' DO NOTHING\n",
                "",
            ),
        ],
        f"{TESTS}/test_foi_failure_integration.py::test_foi_invalid_password_is_not_reprocessed_on_second_run",
        "received.processed",
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
        f"{TESTS}/test_fault_injection_integration.py::test_archive_failure_is_logged_and_retried_by_housekeeping",
        "received.rows",
    ),
    "iqube-twice": (
        [Edit(f"{SERVICE}/processing.py", NOTIFY, NOTIFY + NOTIFY)],
        f"{TESTS}/test_foi_failure_integration.py::test_foi_invalid_password_maps_to_password_failed",
        "received.calls[1]",
    ),
    "temporary-names-not-filtered": (
        [Edit(f"{SERVICE}/smb.py", " and not self._settings.temp_names.match(name)", "")],
        f"{TESTS}/test_temp_files_ignored_integration.py::test_temp_files_should_be_ignored_by_scan",
        "received.scanned",
    ),
    "refused-submission-retried": (
        [Edit(f"{SERVICE}/rows.py", "            won = await", FORGET)],
        f"{TESTS}/test_itm_failure_and_idempotency_integration.py::"
        "test_itm_failed_file_is_not_archived_and_not_reprocessed",
        "received.processed",
    ),
    "open-upload-not-noticed": (
        [
            Edit(
                f"{SERVICE}/smb_client.py",
                'share_access="r", **self._options) as file:\n                content',
                'share_access="rwd", **self._options) as file:\n                content',
            )
        ],
        f"{TESTS}/test_coordinator_run_slow_upload_integration.py::test_slow_upload_should_be_skipped_until_complete",
        "received.processed",
    ),
}


@pytest.mark.parametrize(("bug", "test", "said"), BUGS.values(), ids=BUGS)
def test_planted_bug_fails_its_case(bug: Sequence[Edit], test: str, said: str, tmp_path: Path) -> None:
    """The case fails, and the report says what is different."""
    run = live_run(bug, test, tmp_path)

    assert run.returncode == 1, run.stdout + run.stderr
    assert f"FAILED {test}" in run.stdout
    assert said in run.stdout
