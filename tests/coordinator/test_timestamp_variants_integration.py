"""Timestamps of 8 digits, mixed with those of 14, and of forms that are none."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import ACCEPTED, Coordinator, arrange, look


@pytest.mark.case("coordinator/B3")
async def test_timestamp_8_digits_versions_archive_older_only_process_newest(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Versions by day: the newest is processed, the older one archived without a row."""
    await check_newest_wins(coordinator, support, f"ts8-{uid}@det.com/REPORT_{uid}", "20251104", "20251105")


@pytest.mark.case("coordinator/B4")
async def test_timestamp_mixed_8_and_14_digits_archive_older_process_newest(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """The 8-digit version is archived, the 14-digit one processed."""
    await check_newest_wins(coordinator, support, f"tsmix-{uid}@det.com/REPORT_{uid}", "20251104", "20251105120000")


@pytest.mark.case("coordinator/B5")
async def test_timestamp_unsupported_format_t_separator_creates_separate_records(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """With a T in it, it is no timestamp: both files are processed, each on its own."""
    stamps = ("20250105T120450", "20250105T120451")
    await check_each_is_processed(coordinator, support, f"tst-{uid}@det.com/REPORT_{uid}", *stamps)


@pytest.mark.case("coordinator/B6")
async def test_millisecond_suffix_creates_separate_records(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """With milliseconds, 17 digits, it is no timestamp either."""
    stamps = ("20250105120450123", "20250105120450124")
    await check_each_is_processed(coordinator, support, f"tsms-{uid}@det.com/REPORT_{uid}", *stamps)


async def check_newest_wins(
    coordinator: Coordinator, support: httpx.AsyncClient, stem: str, older_stamp: str, newest_stamp: str
) -> None:
    """Of two versions the newest by its name is processed, although the other one was written last."""
    older, newest = f"{stem}_{older_stamp}.xlsx", f"{stem}_{newest_stamp}.xlsx"
    await arrange(support, [newest, older])

    await coordinator.run()

    seen = await look(support)
    assert (seen.source, seen.archive) == ([], [older, newest])
    assert seen.status(newest) in ACCEPTED
    assert seen.statuses(older) == []


async def check_each_is_processed(
    coordinator: Coordinator, support: httpx.AsyncClient, stem: str, *stamps: str
) -> None:
    """Files that are no versions of each other are all processed."""
    files = [f"{stem}_{stamp}.xlsx" for stamp in stamps]
    await arrange(support, files)

    await coordinator.run()

    seen = await look(support)
    for file in files:
        assert seen.status(file) in ACCEPTED, file
    assert seen.calls["itm"] == len(files)
