"""A submission that ITM refuses, and a file that two runs want at once."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from goldtape import Tape

from .helpers_coordinator import ACCEPTED, Coordinator, Seen, arrange, look, wait_for_call


@pytest.mark.case("coordinator/F1")
async def test_itm_failed_file_is_not_archived_and_not_reprocessed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A refused file stays, IQube is told, and further runs leave it alone."""
    file = f"itmfail-{uid}@det.com/ITMFAIL_{uid}_20250101000000.pdf"
    await arrange(support, [file], itm={"ok": False, "message": "forced itm failure"})

    before = await check_submission_fails(coordinator, support, file)
    await coordinator.run()

    seen = await look(support)
    assert seen.calls == before.calls
    assert len(seen.state["rows"]) == len(before.state["rows"])
    assert (seen.source, seen.archive) == ([file], [])


@pytest.mark.case("coordinator/F2")
@pytest.mark.usefixtures("foi_stand_in")
async def test_two_runs_at_once_process_a_file_once(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, goldtape: Tape
) -> None:
    """While the first run waits for FOI a second one begins: one of them claims the file, the other leaves it."""
    file = f"claim-{uid}@det.com/CLAIM_{uid}_20250101000000.pdf"
    await arrange(support, [file], foi={"delay_s": 1})

    with goldtape.concurrently():
        first = asyncio.create_task(coordinator.run())
        await wait_for_call(support, "foi")
        await asyncio.gather(first, coordinator.run())

    seen = await look(support)
    assert seen.calls == {"foi": 1, "itm": 1, "iqube": 0}
    assert seen.statuses(file).count("processing") <= 1
    assert seen.status(file) in ACCEPTED


@pytest.mark.case("coordinator/F3")
@pytest.mark.parametrize("response_type", ["http_400", "http_500", "http_503"])
async def test_itm_http_error_is_itm_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, response_type: str
) -> None:
    """An HTTP error of ITM is a refusal like any other."""
    file = f"itmhttp-{uid}@det.com/ITMHTTP_{uid}_20250101000000.pdf"
    await arrange(support, [file], itm={"response_type": response_type})

    await check_submission_fails(coordinator, support, file)


async def test_refused_token_is_renewed_once(coordinator: Coordinator, support: httpx.AsyncClient, uid: str) -> None:
    """A token that ITM does not take any more is replaced, and the file is submitted with the new one."""
    file = f"itmtoken-{uid}@det.com/ITMTOKEN_{uid}_20250101000000.pdf"
    await arrange(support, [file], itm={"response_type": "http_401", "times": 1})

    await coordinator.run()

    await look(support)


async def test_token_refused_twice_is_itm_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A new token that is refused too is a refusal of the file."""
    file = f"itmtwice-{uid}@det.com/ITMTWICE_{uid}_20250101000000.pdf"
    await arrange(support, [file], itm={"response_type": "http_403"})

    await check_submission_fails(coordinator, support, file)


async def test_same_content_under_a_newer_stamp_is_left_alone(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """Content that has been submitted under its base name is not submitted again under another stamp."""
    first, again = [f"same-{uid}@det.com/SAME_{uid}_2025010{day}.pdf" for day in (1, 2)]
    await arrange(support, [first])
    await coordinator.run()
    before = await look(support)
    await arrange(support, [again])

    await coordinator.run()

    seen = await look(support)
    assert seen.calls == before.calls


async def check_submission_fails(coordinator: Coordinator, support: httpx.AsyncClient, file: str) -> Seen:
    """One run ends a file as refused; IQube is told once, and it stays."""
    await coordinator.run()

    seen = await look(support)
    assert seen.status(file) == "itm_failed"
    assert seen.calls["iqube"] == 1
    for reason in seen.told():
        assert "itm_failed" in reason
    assert (seen.source, seen.archive) == ([file], [])
    return seen
