"""The happy path: one file, from the share to ITM and into the archive."""

from __future__ import annotations

import json

import httpx
import pytest

from .helpers_coordinator import OK_ROWS, archive, call_counts, calls, put_file, rows, run_and_drain, source, unc

SEED = "invest@det.com/partly form 2024.xlsx"


@pytest.mark.case("coordinator/A1")
async def test_happy_path_seed_file_calls_itm_and_archives(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file is extracted once, submitted once, recorded as a success and archived; nobody is notified."""
    seed = await put_file(support, SEED, size_bytes=5000, fill="seed")

    result = await run_and_drain(coordinator, support)

    assert [(one["file"], one["status"]) for one in result["processed"]] == [(unc(SEED), "success")]
    assert await call_counts(support) == (1, 1, 0)
    recorded = await rows(support)
    assert [row["status"] for row in recorded] == OK_ROWS
    assert {row["content_md5"] for row in recorded} == {seed["md5"]}
    assert (await source(support), await archive(support)) == ([], [SEED])
    [submitted] = await calls(support, "itm")
    [instruction] = submitted["body"]["instructions"]
    assert instruction["clientIdentifier"] == "invest@det.com"
    assert json.loads(instruction["payload"])["filename"] == "partly form 2024.xlsx"
