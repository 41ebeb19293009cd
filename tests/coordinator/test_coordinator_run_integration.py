"""Versions of one file by a 14-digit timestamp."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import OK_ROWS, archive, call_counts, put_file, run_and_drain, source, statuses, unc


@pytest.mark.case("coordinator/B1")
async def test_case1_timstamp_versions_archive_older_only_process_newest(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """The newest version is processed; the older one goes to the archive without a row.

    The older version is the one written last: the name decides, not the file's time.
    """
    older, newest = "remitterA-x/REPORT_x_20251105120450.xlsx", "remitterA-x/REPORT_x_20251105120550.xlsx"
    await put_file(support, newest, age_s=100)
    await put_file(support, older, age_s=50)

    result = await run_and_drain(coordinator, support)

    assert [one["file"] for one in result["processed"]] == [unc(newest)]
    assert result["archive_candidates"] == [unc(older)]
    assert await statuses(support, newest) == OK_ROWS
    assert await statuses(support, older) == []
    assert (await source(support), await archive(support)) == ([], [older, newest])
    assert await call_counts(support) == (1, 1, 0)
