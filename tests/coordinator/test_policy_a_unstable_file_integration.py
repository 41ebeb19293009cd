"""The stability policy: a file that has just been written is left alone."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import Coordinator, arrange, look


@pytest.mark.case("coordinator/C1")
async def test_unstable_file_should_be_skipped(coordinator: Coordinator, support: httpx.AsyncClient, uid: str) -> None:
    """A new file stays where it is: no call, no row, no move."""
    file = f"unstable-{uid}@det.com/UNSTABLE_{uid}_20250101000000.pdf"
    await arrange(support, [file], age_s=None)

    await coordinator.run()

    seen = await look(support)
    assert seen.calls == {"foi": 0, "itm": 0, "iqube": 0}
    assert seen.statuses(file) == []
    assert (seen.source, seen.archive) == ([file], [])


async def test_versions_wait_for_a_newest_that_is_unstable(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """While the newest version is being written nothing of it is settled, so its older version stays too."""
    older, newest = [f"deferred-{uid}@det.com/DEFERRED_{uid}_2025110{day}.pdf" for day in (4, 5)]
    await arrange(support, [older])
    await arrange(support, [newest], age_s=None, text="new content")

    await coordinator.run()

    seen = await look(support)
    assert seen.calls == {"foi": 0, "itm": 0, "iqube": 0}
    assert seen.statuses(newest) == []
