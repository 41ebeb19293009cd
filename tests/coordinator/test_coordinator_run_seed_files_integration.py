"""Versions of files of several remitters."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import ACCEPTED, Coordinator, arrange, look


@pytest.mark.case("coordinator/B2")
async def test_seed_files_multi_remitters_timestamp(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Each remitter's newest version is processed, each remitter's older one archived."""
    older, newest = [
        [f"remitter{letter}-{uid}/seed_{uid}_{stamp}.xlsx" for letter in "AB"]
        for stamp in ("20991105120445", "20991105120455")
    ]
    await arrange(support, [*newest, *older])

    await coordinator.run()

    seen = await look(support)
    assert (seen.source, seen.archive) == ([], sorted([*older, *newest]))
    for file in newest:
        assert seen.status(file) in ACCEPTED, file
    for file in older:
        assert seen.statuses(file) == [], file
