"""Names that look temporary."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import archive, call_counts, put_file, rows, run_and_drain, source


@pytest.mark.case("coordinator/D1")
async def test_temp_files_should_be_ignored_by_scan(coordinator: httpx.AsyncClient, support: httpx.AsyncClient) -> None:
    """A lock file and a partial download are not seen at all."""
    files = [
        "tempfiles-x@det.com/DATA_x_20250101000000.pdf.part",
        "tempfiles-x@det.com/~$LOCK_x_20250101000000.xlsx",
    ]
    for file in files:
        await put_file(support, file)

    result = await run_and_drain(coordinator, support)

    assert (result["scanned"], result["groups"]) == (0, 0)
    assert await rows(support) == []
    assert (await source(support), await archive(support)) == (files, [])
    assert await call_counts(support) == (0, 0, 0)
