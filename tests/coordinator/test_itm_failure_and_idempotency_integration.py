"""A submission that ITM refuses."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import archive, call_counts, put_file, rows, run, run_and_drain, set_mode, source, unc


@pytest.mark.case("coordinator/F1")
async def test_itm_failed_file_is_not_archived_and_not_reprocessed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A refused file stays, IQube is told once, and further runs leave it alone."""
    file = "itmfail-x@det.com/ITMFAIL_x_20250101000000.pdf"
    await put_file(support, file)
    await set_mode(support, "itm", ok=False, message="forced itm failure")

    await run(coordinator)
    again = await run_and_drain(coordinator, support)

    assert again["skipped"] == [{"file": unc(file), "reason": "already_claimed"}]
    assert [(row["status"], row["message"]) for row in await rows(support)] == [
        ("processing", "claimed"),
        ("itm_failed", "forced itm failure"),
    ]
    assert (await source(support), await archive(support)) == ([file], [])
    assert await call_counts(support) == (1, 1, 1)
