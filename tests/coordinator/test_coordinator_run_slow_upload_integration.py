"""A file that is still being written, over a real handle."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import (
    OK_ROWS,
    archive,
    call_counts,
    change_share,
    close_handle,
    open_handle,
    rows,
    run_and_drain,
    source,
    statuses,
    unc,
)

CHUNK_BYTES = 64 * 1024


@pytest.mark.case("coordinator/C2")
async def test_slow_upload_should_be_skipped_until_complete(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A slow upload is left alone until it is closed, even when its reported age says that it is stable."""
    file = "slowupload-x@det.com/SLOW_x_20250101000000.pdf"
    slowly = {"size_bytes": 8 * CHUNK_BYTES, "fill": "slow", "chunk_bytes": CHUNK_BYTES, "interval_s": 0.5}
    await open_handle(support, "upload", path=file, access="write", share_access="rw", slowly=slowly)

    early = await run_and_drain(coordinator, support)

    assert early["skipped"] == [{"file": unc(file), "reason": "unstable"}]

    # The server freezes a file's times while a writer keeps it open, so age alone would call it complete.
    await change_share(support, "age", path=file, age_s=10)
    during = await run_and_drain(coordinator, support)

    assert during["skipped"] == [{"file": unc(file), "reason": "unstable"}]
    assert await rows(support) == []
    assert (await source(support), await archive(support)) == ([file], [])
    assert await call_counts(support) == (0, 0, 0)

    await close_handle(support, "upload")
    await change_share(support, "age", path=file, age_s=10)
    await run_and_drain(coordinator, support)

    assert await statuses(support, file) == OK_ROWS
    assert (await source(support), await archive(support)) == ([], [file])
    assert await call_counts(support) == (1, 1, 0)
