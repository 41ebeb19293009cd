"""Faults of the surroundings: the share, a file, FOI, ITM, the archive, the servers themselves."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from goldtape import Tape

from .helpers_coordinator import (
    OK_ROWS,
    SOURCE,
    archive,
    call_counts,
    calls,
    change_share,
    close_handle,
    drain,
    logged_errors,
    open_handle,
    place_source,
    put_file,
    rows,
    run,
    run_and_drain,
    set_mode,
    source,
    statuses,
    unc,
)


@pytest.mark.case("coordinator/G1")
async def test_smb_scan_failure_is_fatal_and_notifies_iqube_once(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """When the share cannot be listed the run says so and tells IQube; afterwards nothing is lost."""
    file = "scan-x@det.com/SCAN_x_20250101000000.pdf"
    await put_file(support, file)
    await place_source(support, present=False)

    fatal = await coordinator.post("/api/v1/coordinator/runs")

    assert (fatal.status_code, fatal.json()["status"]) == (500, "fatal")
    assert [(one["stage"], one["file"]) for one in fatal.json()["error"]] == [("scan", None)]
    assert await rows(support) == []
    [told] = await calls(support, "iqube")
    assert (told["body"]["file_path"], told["body"]["reason"]) == (SOURCE, "smb_scan_failed")

    await place_source(support, present=True)
    await run_and_drain(coordinator, support)

    assert await statuses(support, file) == OK_ROWS
    assert await call_counts(support) == (1, 1, 1)


@pytest.mark.case("coordinator/G2")
async def test_file_disappearing_mid_run_is_recorded_and_reported(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A file that vanishes while another is worked on is skipped, and the others go on."""
    files = [f"vanish-x@det.com/{name}.pdf" for name in ("A", "B", "C")]
    for file in files:
        await put_file(support, file)
    await set_mode(support, "foi", response_type="hang")

    with goldtape.concurrently():
        running = asyncio.create_task(run(coordinator))
        await calls(support, "foi", at_least=1)
        removed = await support.delete("/share/files", params={"path": files[1]})
        await set_mode(support, "foi")
        result = await running
    await drain(support)

    assert removed.status_code == 200
    assert [one["file"] for one in result["processed"]] == [unc(files[0]), unc(files[2])]
    assert result["skipped"] == [{"file": unc(files[1]), "reason": "unstable"}]
    assert await statuses(support, files[1]) == []
    assert (await source(support), await archive(support)) == ([], [files[0], files[2]])


@pytest.mark.case("coordinator/G2")
async def test_unreadable_file_is_reported_and_retried(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file that may not be read is an error of its own, without a row; the next run has it."""
    files = [f"unreadable-x@det.com/{name}.pdf" for name in ("A", "B", "C")]
    for file in files:
        await put_file(support, file)
    await change_share(support, "chmod", path=files[1], mode="000")

    result = await run_and_drain(coordinator, support)

    assert [(one["stage"], one["file"]) for one in result["error"]] == [("download", unc(files[1]))]
    assert [one["file"] for one in result["processed"]] == [unc(files[0]), unc(files[2])]
    assert await statuses(support, files[1]) == []
    assert await source(support) == [files[1]]

    await change_share(support, "chmod", path=files[1], mode="664")
    await run_and_drain(coordinator, support)

    assert await statuses(support, files[1]) == OK_ROWS
    assert await call_counts(support) == (3, 3, 0)


@pytest.mark.case("coordinator/G3")
@pytest.mark.parametrize("response_type", ["hang", "reset"])
async def test_foi_timeout_or_reset_maps_to_service_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, response_type: str
) -> None:
    """FOI that does not answer, or breaks the connection, is a failure of the service, once."""
    file = f"foidown-x@det.com/FOI_{response_type}_x_20250101000000.pdf"
    await put_file(support, file)
    await set_mode(support, "foi", response_type=response_type)

    await run(coordinator)
    again = await run_and_drain(coordinator, support)

    assert again["skipped"] == [{"file": unc(file), "reason": "already_claimed"}]
    assert await statuses(support) == ["processing", "extraction_service_failed"]
    assert await source(support) == [file]
    assert await call_counts(support) == (1, 0, 1)


@pytest.mark.case("coordinator/G4")
async def test_archive_failure_is_logged_and_retried_by_housekeeping(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file that somebody holds open cannot be moved: logged, and moved by the next run's housekeeping."""
    file = "held-x@det.com/HELD_x_20250101000000.pdf"
    await put_file(support, file)
    await open_handle(support, "reader", path=file, access="read")

    await run_and_drain(coordinator, support)

    assert await statuses(support) == ["processing", "success"]
    assert await source(support) == [file]
    assert len(await logged_errors(support)) == 1

    await close_handle(support, "reader")
    await run_and_drain(coordinator, support)

    assert await statuses(support) == OK_ROWS
    assert (await source(support), await archive(support)) == ([], [file])
    assert await call_counts(support) == (1, 1, 0)


async def test_itm_connection_reset_is_a_failed_submission(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """ITM that breaks the connection has not accepted the file: it is kept, and not sent again."""
    file = "itmreset-x@det.com/ITMRESET_x_20250101000000.pdf"
    await put_file(support, file)
    await set_mode(support, "itm", response_type="reset")

    await run(coordinator)
    await run_and_drain(coordinator, support)

    assert await statuses(support) == ["processing", "itm_failed"]
    assert await source(support) == [file]
    assert await call_counts(support) == (1, 1, 1)


async def test_smb_server_killed_mid_run_loses_nothing(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """With the share gone in mid-run the API still answers; back again, each file is processed once."""
    files = [f"smbdown-x@det.com/{name}.pdf" for name in ("A", "B")]
    for file in files:
        await put_file(support, file)
    await set_mode(support, "foi", response_type="hang")

    with goldtape.concurrently():
        running = asyncio.create_task(run(coordinator))
        await calls(support, "foi", at_least=1)
        await support.put("/faults/smb", json={"state": "down"})
        await set_mode(support, "foi")
        result = await running
    await drain(support)

    assert [(one["file"], one["status"]) for one in result["processed"]] == [(unc(files[0]), "success")]
    assert result["skipped"] == [{"file": unc(files[1]), "reason": "unstable"}]

    await support.put("/faults/smb", json={"state": "up"})
    assert await source(support) == files
    await run_and_drain(coordinator, support)

    for file in files:
        assert await statuses(support, file) == OK_ROWS
    assert (await source(support), await archive(support)) == ([], files)
    assert await call_counts(support) == (2, 2, 0)


async def test_database_killed_mid_run_leaves_rows_consistent(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """With the database gone in mid-run, that file's rows are rolled back, and the next run has the file again."""
    files = [f"dbdown-x@det.com/{name}.pdf" for name in ("A", "B")]
    for file in files:
        await put_file(support, file)
    await set_mode(support, "foi", response_type="hang", times=1)

    with goldtape.concurrently():
        running = asyncio.create_task(run(coordinator))
        await calls(support, "foi", at_least=1)
        killed = await support.post("/faults/database", json={"kill": "server"})
        await set_mode(support, "foi")
        result = await running
    await drain(support)

    assert killed.status_code == 200
    assert [(one["stage"], one["file"]) for one in result["error"]] == [("process", unc(files[0]))]
    assert await statuses(support, files[0]) == []
    assert await statuses(support, files[1]) == OK_ROWS

    await run_and_drain(coordinator, support)

    assert await statuses(support, files[0]) == OK_ROWS
    assert (await source(support), await archive(support)) == ([], files)
    assert len(await calls(support, "itm")) == 2


async def test_rollback_after_the_claim_leaves_no_row(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A failure after the claim rolls the claim back too, tells nobody, and the next run has the file."""
    file = "txrb-x@det.com/IT_TX_ROLLBACK_x_20250101000000.pdf"
    await put_file(support, file)

    first = await run_and_drain(coordinator, support)

    assert "IT_FAILPOINT_TX_ROLLBACK_AFTER_CLAIM" in first["error"][0]["error"]
    assert await rows(support) == []
    assert await call_counts(support) == (0, 0, 0)

    await run_and_drain(coordinator, support)

    assert await statuses(support) == OK_ROWS
    assert await call_counts(support) == (1, 1, 0)
