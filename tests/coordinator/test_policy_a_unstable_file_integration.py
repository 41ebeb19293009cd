"""The stability policy: a file that has just been written is left alone."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import archive, call_counts, put_file, rows, run_and_drain, source, unc


@pytest.mark.case("coordinator/C1")
async def test_unstable_file_should_be_skipped(coordinator: httpx.AsyncClient, support: httpx.AsyncClient) -> None:
    """A new file stays where it is: no call, no row, no move."""
    file = "unstable-x@det.com/UNSTABLE_x_20250101000000.pdf"
    await put_file(support, file, age_s=None)

    result = await run_and_drain(coordinator, support)

    assert result["skipped"] == [{"file": unc(file), "reason": "unstable"}]
    assert await rows(support) == []
    assert (await source(support), await archive(support)) == ([file], [])
    assert await call_counts(support) == (0, 0, 0)
