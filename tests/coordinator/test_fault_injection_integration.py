"""Faults of the surroundings: the share, a file, FOI, ITM, the archive, the servers themselves."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from goldtape import Tape

from .helpers_coordinator import (
    ACCEPTED,
    Coordinator,
    arrange,
    change_share,
    hold,
    look,
    names,
    place_source,
    release,
    remove,
    set_mode,
    take_down,
    wait_for_call,
)


@pytest.mark.case("coordinator/G1")
@pytest.mark.parametrize("fault", ["root-gone", "no-permission"])
async def test_smb_scan_failure_is_fatal_and_notifies_iqube_once(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, fault: str
) -> None:
    """When the share cannot be listed the run says so and tells IQube; afterwards nothing is lost."""
    file = f"scan-{uid}@det.com/SCAN_{uid}_20250101000000.pdf"
    await arrange(support, [file])
    if fault == "root-gone":
        await place_source(support, present=False)
    else:
        await change_share(support, "chmod", mode="000")

    fatal = await coordinator.start()

    during = await look(support)
    if fault == "root-gone":
        await place_source(support, present=True)
    else:
        await change_share(support, "chmod", mode="775")
    await coordinator.run()
    seen = await look(support)

    assert fatal.status_code in (500, 502, 503), f"the run answered {fatal.status_code}: {fatal.text[:300]}"
    assert during.calls == {"foi": 0, "itm": 0, "iqube": 1}
    assert during.statuses(file) == []
    assert seen.status(file) in ACCEPTED
    assert seen.calls["iqube"] == 1


@pytest.mark.case("coordinator/G2")
@pytest.mark.usefixtures("foi_stand_in")
async def test_file_disappearing_mid_run_is_recorded_and_reported(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, goldtape: Tape
) -> None:
    """A file that vanishes while another is worked on is never left half done, and the others go on.

    It is not said when a coordinator reads it: one that has done so already can submit it.
    """
    files = [f"vanish-{uid}@det.com/{name}_{uid}.pdf" for name in ("A", "B", "C")]
    first, vanishing, last = files
    await arrange(support, files, foi={"response_type": "hang"})

    with goldtape.concurrently():
        running = asyncio.create_task(coordinator.run())
        await wait_for_call(support, "foi")
        await remove(support, vanishing)
        await set_mode(support, "foi")
        await running

    seen = await look(support)
    assert seen.status(vanishing) in (None, *ACCEPTED)
    for file in (first, last):
        assert seen.status(file) in ACCEPTED, file
    assert seen.source == []
    assert seen.calls["iqube"] == 0


@pytest.mark.case("coordinator/G2")
async def test_unreadable_file_is_reported_and_retried(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file that may not be read fails alone, without a half-made row; the next run has it."""
    files = [f"unreadable-{uid}@det.com/{name}_{uid}.pdf" for name in ("A", "B", "C")]
    _, unreadable, _ = files
    await arrange(support, files)
    await change_share(support, "chmod", path=unreadable, mode="000")

    answer = await coordinator.run()

    during = await look(support)
    await change_share(support, "chmod", path=unreadable, mode="664")
    await coordinator.run()
    seen = await look(support)

    assert names(answer, unreadable), f"the answer says nothing of {unreadable}: {answer.text[:300]}"
    assert during.statuses(unreadable) == []
    assert during.source == [unreadable]
    for file in files:
        assert seen.status(file) in ACCEPTED, file


@pytest.mark.case("coordinator/G2b")
async def test_file_vanishing_between_stat_and_download(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, goldtape: Tape
) -> None:
    """A file that vanishes after it was found stable is reported, leaves no row, and the others go on."""
    files = [f"gone-{uid}@det.com/{name}_{uid}.pdf" for name in ("A", "B", "C")]
    first, vanishing, last = files
    await arrange(support, files)
    await set_mode(support, "failpoints", point="before_download", file="B_", response_type="hang")

    with goldtape.concurrently():
        running = asyncio.create_task(coordinator.run())
        await wait_for_call(support, "failpoints")
        await remove(support, vanishing)
        await set_mode(support, "failpoints")
        answer = await running

    seen = await look(support)
    assert names(answer, vanishing), f"the answer says nothing of {vanishing}: {answer.text[:300]}"
    assert seen.statuses(vanishing) == []
    for file in (first, last):
        assert seen.status(file) in ACCEPTED, file
    assert seen.archive == [first, last]


@pytest.mark.case("coordinator/G3")
@pytest.mark.usefixtures("foi_stand_in")
@pytest.mark.parametrize("response_type", ["hang", "reset"])
async def test_foi_timeout_or_reset_maps_to_service_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, response_type: str
) -> None:
    """FOI that does not answer, or breaks the connection, is a failure of the service."""
    file = f"foidown-{uid}@det.com/FOI_{uid}_20250101000000.pdf"
    await arrange(support, [file], foi={"response_type": response_type})

    await coordinator.run()

    seen = await look(support)
    assert seen.status(file) == "extraction_service_failed"
    assert (seen.calls["itm"], seen.calls["iqube"]) == (0, 1)
    assert (seen.source, seen.archive) == ([file], [])


@pytest.mark.case("coordinator/G4")
async def test_archive_failure_is_logged_and_retried_by_housekeeping(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file that somebody holds open cannot be moved: logged, and moved by the next run's housekeeping."""
    file = f"held-{uid}@det.com/HELD_{uid}_20250101000000.pdf"
    await arrange(support, [file])
    await hold(support, "reader", file)

    await coordinator.run()

    during = await look(support)
    await release(support, "reader")
    await coordinator.run()
    seen = await look(support)

    assert (during.source, during.archive) == ([file], [])
    assert "archive_succeeded" not in during.statuses(file)
    assert not during.nothing_logged
    assert (seen.source, seen.archive) == ([], [file])
    assert seen.statuses(file).count("archive_succeeded") == 1
    assert (seen.calls["itm"], seen.calls["iqube"]) == (1, 0)


@pytest.mark.case("coordinator/G4b")
async def test_one_failed_move_does_not_stop_the_others(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Of two files and an older version one is held: the others leave, and the next run takes the held one."""
    older, held, free = [
        f"one-{uid}@det.com/{name}_{uid}_{stamp}.pdf"
        for name, stamp in (("A", "20250101"), ("A", "20250102"), ("B", "20250101"))
    ]
    await arrange(support, [older, held, free])
    await hold(support, "reader", held)

    await coordinator.run()

    during = await look(support)
    await release(support, "reader")
    await coordinator.run()
    seen = await look(support)

    assert (during.source, during.archive) == ([held], [older, free])
    assert (seen.source, seen.archive) == ([], [older, held, free])
    assert seen.calls["itm"] == 2


@pytest.mark.case("coordinator/G5")
async def test_archived_file_is_not_archived_again(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Once a file is archived, neither the second run nor the third adds that it is."""
    file = f"once-{uid}@det.com/ONCE_{uid}_20250101000000.pdf"
    await arrange(support, [file])

    for _ in range(3):
        await coordinator.run()
        await look(support)

    seen = await look(support)
    assert seen.statuses(file).count("archive_succeeded") == 1
    assert seen.archive == [file]


async def test_itm_connection_reset_is_a_failed_submission(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """ITM that breaks the connection has not accepted the file: it is kept, and people are told."""
    file = f"itmreset-{uid}@det.com/ITMRESET_{uid}_20250101000000.pdf"
    await arrange(support, [file], itm={"response_type": "reset"})

    await coordinator.run()
    await coordinator.run()

    seen = await look(support)
    assert seen.status(file) == "itm_failed"
    assert seen.source == [file]
    assert seen.calls["iqube"] == 1


async def test_base_name_that_is_too_long_is_reported(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A name that does not fit into the table is an error of its own, and the others go on."""
    long, short = f"long-{uid}@det.com/{'L' * 130}_{uid}.pdf", f"long-{uid}@det.com/SHORT_{uid}.pdf"
    await arrange(support, [long, short])

    await coordinator.run()

    seen = await look(support)
    assert seen.status(short) in ACCEPTED


async def test_iqube_failure_changes_nothing(coordinator: Coordinator, support: httpx.AsyncClient, uid: str) -> None:
    """A note that IQube does not take changes neither the rows nor the answer, and is not sent again."""
    file = f"iqubefail-{uid}@det.com/IQUBEFAIL_{uid}_20250101000000.pdf"
    refused = {"ok": False, "message": "forced"}
    await arrange(support, [file], itm=refused, iqube=refused)

    await coordinator.run()
    await coordinator.run()

    seen = await look(support)
    assert seen.status(file) == "itm_failed"
    assert seen.source == [file]


@pytest.mark.usefixtures("foi_stand_in")
async def test_smb_server_killed_mid_run_loses_nothing(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, goldtape: Tape
) -> None:
    """With the share gone in mid-run the API still answers; back again, each file is processed once."""
    files = [f"smbdown-{uid}@det.com/{name}_{uid}.pdf" for name in ("A", "B")]
    await arrange(support, files, foi={"response_type": "hang"})

    with goldtape.concurrently():
        running = asyncio.create_task(coordinator.run())
        await wait_for_call(support, "foi")
        await take_down(support, "smb", state="down")
        await set_mode(support, "foi")
        await running
    await take_down(support, "smb", state="up")
    await look(support)
    await coordinator.run()

    seen = await look(support)
    for file in files:
        assert seen.status(file) in ACCEPTED, file
    assert (seen.source, seen.archive) == ([], files)
    assert seen.calls["itm"] == 2


@pytest.mark.usefixtures("foi_stand_in")
async def test_database_killed_mid_run_leaves_rows_consistent(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, goldtape: Tape
) -> None:
    """With the database gone in mid-run, that file's rows are rolled back, and the next run has the file again."""
    files = [f"dbdown-{uid}@det.com/{name}_{uid}.pdf" for name in ("A", "B")]
    await arrange(support, files, foi={"response_type": "hang", "times": 1})

    with goldtape.concurrently():
        running = asyncio.create_task(coordinator.run())
        await wait_for_call(support, "foi")
        await take_down(support, "database", kill="server")
        await set_mode(support, "foi")
        await running
    during = await look(support)
    await coordinator.run()

    seen = await look(support)
    assert [file for file in files if during.statuses(file) == ["processing"]] == []
    for file in files:
        assert seen.status(file) in ACCEPTED, file
    assert (seen.source, seen.archive) == ([], files)


async def test_rollback_after_the_claim_leaves_no_row(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A failure after the claim rolls the claim back too, tells nobody, and the next run has the file."""
    file = f"txrb-{uid}@det.com/IT_TX_ROLLBACK_{uid}_20250101000000.pdf"
    await arrange(support, [file])
    await set_mode(support, "failpoints", point="tx_rollback_after_claim", response_type="http_500", times=1)

    answer = await coordinator.run()

    await wait_for_call(support, "failpoints")
    during = await look(support)
    await coordinator.run()
    seen = await look(support)

    assert names(answer, file), f"the answer says nothing of {file}: {answer.text[:300]}"
    assert during.statuses(file) == []
    assert during.calls == {"foi": 0, "itm": 0, "iqube": 0}
    assert seen.status(file) in ACCEPTED
    assert (seen.calls["itm"], seen.calls["iqube"]) == (1, 0)
