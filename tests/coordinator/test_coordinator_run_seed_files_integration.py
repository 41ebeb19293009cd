"""Versions of files of several remitters."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import OK_ROWS, archive, call_counts, put_file, run_and_drain, source, statuses


@pytest.mark.case("coordinator/B2")
async def test_seed_files_multi_remitters_timestamp(coordinator: httpx.AsyncClient, support: httpx.AsyncClient) -> None:
    """Each remitter's newest version is processed, each remitter's older one archived."""
    files = []
    for remitter in ("remitterA-x", "remitterB-x"):
        for stamp in ("20991105120445", "20991105120455"):
            files.append(f"{remitter}/seed_x_{stamp}.xlsx")
            await put_file(support, files[-1])

    result = await run_and_drain(coordinator, support)

    assert [one["remitter"] for one in result["processed"]] == ["remitterA-x", "remitterB-x"]
    for older, newest in (files[:2], files[2:]):
        assert await statuses(support, newest) == OK_ROWS
        assert await statuses(support, older) == []
    assert (await source(support), await archive(support)) == ([], files)
    assert await call_counts(support) == (2, 2, 0)
