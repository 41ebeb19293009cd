"""Extraction that fails: each way has its status, IQube is told once, ITM never hears of it, the file stays."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .helpers_coordinator import Coordinator, Seen, arrange, look

pytestmark = pytest.mark.usefixtures("foi_stand_in")

PASSWORD_FAILED = "extraction_file_password_failed"
FILE_FAILED = "extraction_file_failed"
SERVICE_FAILED = "extraction_service_failed"


@pytest.mark.case("coordinator/E1")
async def test_foi_invalid_password_maps_to_password_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file whose password is wrong is a failure of its own kind."""
    foi = {"ok": False, "failure_reason": "invalid password"}
    await check_extraction_fails(coordinator, support, uid, PASSWORD_FAILED, foi)


@pytest.mark.case("coordinator/E2")
@pytest.mark.parametrize("response_type", ["non_dict", "unparsable"])
async def test_foi_service_failure_maps_to_service_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, response_type: str
) -> None:
    """An answer that is no object, or no JSON, is a failure of the service."""
    await check_extraction_fails(coordinator, support, uid, SERVICE_FAILED, {"response_type": response_type})


@pytest.mark.case("coordinator/E3")
async def test_foi_no_template_match_maps_to_extraction_file_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file that fits no template is a failure of the file."""
    foi = {"ok": False, "failure_reason": "no matched template"}
    await check_extraction_fails(coordinator, support, uid, FILE_FAILED, foi)


@pytest.mark.case("coordinator/E4")
async def test_foi_data_format_error_maps_to_extraction_file_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file with a data format error is a failure of the file."""
    foi = {"ok": False, "failure_reason": "data format error"}
    await check_extraction_fails(coordinator, support, uid, FILE_FAILED, foi)


@pytest.mark.case("coordinator/E5")
async def test_foi_http_422_maps_to_extraction_file_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """422 is a failure of the file."""
    await check_extraction_fails(coordinator, support, uid, FILE_FAILED, {"response_type": "http_422"})


@pytest.mark.case("coordinator/E6")
async def test_foi_http_400_maps_to_extraction_file_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """400 is a failure of the file."""
    await check_extraction_fails(coordinator, support, uid, FILE_FAILED, {"response_type": "http_400"})


@pytest.mark.case("coordinator/E7")
async def test_foi_missing_result_maps_to_service_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """An answer without a result is a failure of the service."""
    await check_extraction_fails(coordinator, support, uid, SERVICE_FAILED, {"response_type": "missing_result"})


@pytest.mark.case("coordinator/E8")
async def test_foi_empty_result_maps_to_service_failed(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """An answer with an empty result is a failure of the service."""
    await check_extraction_fails(coordinator, support, uid, SERVICE_FAILED, {"response_type": "empty_result"})


@pytest.mark.case("coordinator/E9")
async def test_foi_invalid_password_is_not_reprocessed_on_second_run(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A second run after a failed extraction calls nobody, adds no row and moves nothing."""
    foi = {"ok": False, "failure_reason": "invalid password"}
    before = await check_extraction_fails(coordinator, support, uid, PASSWORD_FAILED, foi)

    await coordinator.run()

    seen = await look(support)
    assert seen.calls == before.calls
    assert len(seen.state["rows"]) == len(before.state["rows"])
    assert (seen.source, seen.archive) == (before.source, [])


@pytest.mark.parametrize("response_type", ["http_401", "http_404", "http_429", "http_503"])
async def test_any_other_http_error_is_kept_as_a_failure(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, response_type: str
) -> None:
    """The document has no status for these; goldens hold ours. They are no success, and people are told."""
    await check_extraction_fails(coordinator, support, uid, "extraction_", {"response_type": response_type})


@pytest.mark.parametrize(
    "reason", ["  INVALID Password  ", "failed: invalid password (3)"], ids=["capitals", "inside a sentence"]
)
async def test_password_reason_is_found_in_any_spelling(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, reason: str
) -> None:
    """The document has one spelling; with another one it is a failure all the same."""
    await check_extraction_fails(coordinator, support, uid, "extraction_", {"ok": False, "failure_reason": reason})


async def test_failure_wins_over_a_result(coordinator: Coordinator, support: httpx.AsyncClient, uid: str) -> None:
    """An answer with a result and a failure, of a reason that nobody knows, is no success."""
    await check_extraction_fails(coordinator, support, uid, "extraction_", {"response_type": "both"})


async def check_extraction_fails(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str, status: str, foi: dict[str, Any]
) -> Seen:
    """With FOI in a mode, one run ends a file with a status (or what that begins with), and IQube hears of it once."""
    file = f"foifail-{uid}@det.com/FOI_{uid}_20250101000000.pdf"
    await arrange(support, [file], foi=foi)

    await coordinator.run()

    seen = await look(support)
    assert str(seen.status(file)).startswith(status)
    assert (seen.calls["itm"], seen.calls["iqube"]) == (0, 1)
    for reason in seen.told():
        assert status in reason
    assert (seen.source, seen.archive) == ([file], [])
    return seen
