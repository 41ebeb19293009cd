"""Versions of one file by a 14-digit timestamp, and an older version that a run had to leave behind."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import ACCEPTED, Coordinator, arrange, change_share, hold, look, release


@pytest.mark.case("coordinator/B1")
async def test_case1_timstamp_versions_archive_older_only_process_newest(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """The newest version is processed; the older one goes to the archive without a row.

    The older version is the one written last: the name decides, not the file's time.
    """
    older, newest = [f"remitterA-{uid}/REPORT_{uid}_{stamp}.xlsx" for stamp in ("20251105120450", "20251105120550")]
    await arrange(support, [newest, older])

    await coordinator.run()

    seen = await look(support)
    assert (seen.source, seen.archive) == ([], [older, newest])
    assert seen.status(newest) in ACCEPTED
    assert seen.statuses(older) == []


@pytest.mark.case("coordinator/B7")
async def test_older_version_left_behind_is_never_submitted(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Two older versions stay alone in the source: one is held open, one too young. The next run only archives them."""
    held, held_newest = [f"held-{uid}@det.com/HELD_{uid}_2025110{day}.xlsx" for day in (4, 5)]
    young, young_newest = [f"young-{uid}@det.com/YOUNG_{uid}_2025110{day}.xlsx" for day in (4, 5)]
    await arrange(support, [held_newest, held, young_newest])
    await arrange(support, [young], age_s=None, text="young content")
    await hold(support, "reader", held)
    await coordinator.run()

    before = await look(support)
    assert before.source == [held, young]
    await release(support, "reader")
    await change_share(support, "age", path=young, age_s=60)
    await coordinator.run()

    seen = await look(support)
    assert (seen.source, seen.archive) == ([], [held, held_newest, young, young_newest])
    assert (seen.statuses(held), seen.statuses(young)) == ([], [])
    assert seen.calls == before.calls
