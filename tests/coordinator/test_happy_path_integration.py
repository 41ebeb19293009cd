"""The happy path: one file, from the share to ITM and into the archive; and what an operator has decided about."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path

import httpx
import pytest

from .helpers_coordinator import (
    ACCEPTED,
    Coordinator,
    arrange,
    arrange_bytes,
    decide,
    hold,
    look,
    received,
    release,
    remove,
    set_mode,
    wait_for_call,
)

SEED = "invest@det.com/partly form 2024.xlsx"
SEED_BYTES = (Path(__file__).parent / "files" / SEED).read_bytes()


@pytest.mark.case("coordinator/A1")
async def test_happy_path_seed_file_calls_itm_and_archives(
    coordinator: Coordinator, support: httpx.AsyncClient
) -> None:
    """The seed file is submitted once, recorded as a success and archived; nobody is notified."""
    await arrange_bytes(support, SEED, SEED_BYTES)

    await coordinator.run()

    seen = await look(support)
    assert (seen.calls["itm"], seen.calls["iqube"]) == (1, 0)
    assert seen.status(SEED) in ACCEPTED
    assert (seen.source, seen.archive) == ([], [SEED])


@pytest.mark.case("coordinator/A2")
async def test_housekeeping_archives_what_an_operator_closed_or_rejected(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Of three files that failed, those that an operator closed or rejected leave with the next run, once."""
    files = [f"ops-{uid}@det.com/{name}_{uid}.pdf" for name in ("CLOSED", "FAILED", "REJECTED")]
    closed, failed, rejected = files
    await arrange(support, files, itm={"ok": False, "message": "forced itm failure"})
    await coordinator.run()
    before = await look(support)
    await decide(support, closed, "ops_closed")
    await decide(support, rejected, "ops_rejected")

    await coordinator.run()
    await look(support)
    await coordinator.run()

    seen = await look(support)
    assert before.source == files
    assert (seen.source, seen.archive) == ([failed], [closed, rejected])
    for file in (closed, rejected):
        assert seen.statuses(file).count("archive_succeeded") == 1, file
    assert "archive_succeeded" not in seen.statuses(failed)


@pytest.mark.case("coordinator/A3")
async def test_run_answers_before_its_archiving_is_done(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """While its archiving is held up, a run has answered and the file is in the source; released, it moves."""
    file = f"later-{uid}@det.com/LATER_{uid}_20250101000000.pdf"
    await arrange(support, [file])
    await set_mode(support, "failpoints", point="before_archiving", response_type="hang")

    await coordinator.run()

    await wait_for_call(support, "failpoints")
    meanwhile = await look(support, settle=False)
    await set_mode(support, "failpoints")
    seen = await look(support)
    assert (meanwhile.source, meanwhile.archive) == ([file], [])
    assert (seen.source, seen.archive) == ([], [file])
    assert seen.status(file) in ACCEPTED


@pytest.mark.case("coordinator/A4")
async def test_archived_file_has_the_bytes_that_were_uploaded(
    coordinator: Coordinator, support: httpx.AsyncClient
) -> None:
    """One digest all the way: put on the share, received by FOI, in the rows, in the archive."""
    await arrange_bytes(support, SEED, SEED_BYTES)

    await coordinator.run()

    digest = md5(SEED_BYTES, usedforsecurity=False).hexdigest()
    seen = await look(support)
    assert received(seen) == [digest]
    assert seen.digests(SEED) == {digest}
    assert [file["md5"] for file in seen.state["archive"]] == [digest]


async def test_file_moved_by_hand_counts_as_archived(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file that could not be moved, and that somebody has put into the archive since, is done with."""
    file = f"byhand-{uid}@det.com/BYHAND_{uid}_20250101000000.pdf"
    await arrange(support, [file])
    await hold(support, "reader", file)
    await coordinator.run()
    await look(support)
    await release(support, "reader")
    await remove(support, file)
    await arrange(support, [file], root="archive")

    await coordinator.run()

    await look(support)


async def test_taken_name_in_the_archive_is_left_alone(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """What lies in the archive under the name of a file is not written over."""
    file = f"twice-{uid}@det.com/TWICE_{uid}_20250101000000.pdf"
    await arrange(support, [file], text="first content")
    await coordinator.run()
    await look(support)
    await arrange(support, [file], text="second content")

    await coordinator.run()

    seen = await look(support)
    assert seen.source == []
    assert len(seen.digests(file)) == 2
    assert {one["md5"] for one in seen.state["archive"]} == seen.digests(file)
