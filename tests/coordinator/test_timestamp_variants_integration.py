"""Timestamps of 8 digits, mixed with those of 14, and of a form that is none."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import OK_ROWS, archive, call_counts, put_file, run_and_drain, source, statuses


@pytest.mark.case("coordinator/B3")
async def test_timestamp_8_digits_versions_archive_older_only_process_newest(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """Versions by day: the newest is processed, the older one archived without a row."""
    older, newest = "ts8-x@det.com/REPORT_x_20251104.xlsx", "ts8-x@det.com/REPORT_x_20251105.xlsx"
    await put_file(support, older)
    await put_file(support, newest)

    await run_and_drain(coordinator, support)

    assert await statuses(support, newest) == OK_ROWS
    assert await statuses(support, older) == []
    assert (await source(support), await archive(support)) == ([], [older, newest])
    assert await call_counts(support) == (1, 1, 0)


@pytest.mark.case("coordinator/B4")
async def test_timestamp_mixed_8_and_14_digits_archive_older_process_newest(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """Yesterday's 8-digit version is archived, today's 14-digit one processed."""
    older, newest = "tsmix-x@det.com/REPORT_x_20251104.xlsx", "tsmix-x@det.com/REPORT_x_20251105120000.xlsx"
    await put_file(support, older)
    await put_file(support, newest)

    await run_and_drain(coordinator, support)

    assert await statuses(support, newest) == OK_ROWS
    assert await statuses(support, older) == []
    assert (await source(support), await archive(support)) == ([], [older, newest])


@pytest.mark.case("coordinator/B5")
async def test_timestamp_unsupported_format_t_separator_creates_separate_records(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """With a T in it, it is no timestamp: both files are processed, each on its own."""
    files = [f"tst-x@det.com/REPORT_x_20250105T12045{second}.xlsx" for second in (0, 1)]
    for file in files:
        await put_file(support, file)

    await run_and_drain(coordinator, support)

    for file in files:
        assert await statuses(support, file) == OK_ROWS
    assert (await source(support), await archive(support)) == ([], files)
    assert await call_counts(support) == (2, 2, 0)
