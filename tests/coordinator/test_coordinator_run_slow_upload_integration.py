"""A file that is still being written, over a real handle."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import ACCEPTED, Coordinator, change_share, check_still_writing, hold, look, release

CHUNK_BYTES = 64 * 1024


@pytest.mark.case("coordinator/C2")
async def test_slow_upload_should_be_skipped_until_complete(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A slow upload is left alone until it is closed, even when its reported age says that it is stable."""
    file = f"slowupload-{uid}@det.com/SLOW_{uid}_20250101000000.pdf"
    slowly = {"size_bytes": 8 * CHUNK_BYTES, "fill": "slow", "chunk_bytes": CHUNK_BYTES, "interval_s": 0.5}
    await hold(support, "upload", file, access="write", share_access="rw", slowly=slowly)

    await coordinator.run()
    # The server freezes a file's times while a writer keeps it open, so age alone would call it complete.
    await change_share(support, "age", path=file, age_s=60)
    await coordinator.run()

    await check_still_writing(support, "upload")
    during = await look(support)
    assert during.calls == {"foi": 0, "itm": 0, "iqube": 0}
    assert during.statuses(file) == []
    assert (during.source, during.archive) == ([file], [])

    await release(support, "upload")
    await change_share(support, "age", path=file, age_s=60)
    await coordinator.run()

    seen = await look(support)
    assert seen.status(file) in ACCEPTED
    assert (seen.source, seen.archive) == ([], [file])
