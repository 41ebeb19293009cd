"""Extraction that fails: each way has its status, IQube is told once, ITM never hears of it, the file stays."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .helpers_coordinator import archive, call_counts, calls, put_file, run_and_drain, set_mode, source, statuses, unc

PASSWORD_FAILED = "extraction_file_password_failed"
FILE_FAILED = "extraction_file_failed"
SERVICE_FAILED = "extraction_service_failed"


async def check_extraction_fails(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, kind: str, status: str, **mode: Any
) -> str:
    """With FOI in a mode, one run gives a status and one notification that says it; the file."""
    file = f"foifail-x@det.com/FOI_{kind}_x_20250101000000.pdf"
    await put_file(support, file)
    await set_mode(support, "foi", **mode)

    result = await run_and_drain(coordinator, support)

    assert [(one["file"], one["status"]) for one in result["processed"]] == [(unc(file), status)]
    assert await statuses(support) == ["processing", status]
    assert await call_counts(support) == (1, 0, 1)
    [told] = await calls(support, "iqube")
    assert (told["body"]["file_path"], told["body"]["reason"]) == (unc(file), status)
    assert (await source(support), await archive(support)) == ([file], [])
    return file


@pytest.mark.case("coordinator/E1")
async def test_foi_invalid_password_maps_to_password_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file whose password is wrong is a failure of its own kind."""
    await check_extraction_fails(coordinator, support, "PASSWORD", PASSWORD_FAILED, ok=False)


@pytest.mark.case("coordinator/E2")
@pytest.mark.parametrize("response_type", ["non_dict", "unparsable"])
async def test_foi_service_failure_maps_to_service_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient, response_type: str
) -> None:
    """An answer that is no object, or no JSON, is a failure of the service."""
    await check_extraction_fails(coordinator, support, "SERVICE", SERVICE_FAILED, response_type=response_type)


@pytest.mark.case("coordinator/E3")
async def test_foi_no_template_match_maps_to_extraction_file_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file that fits no template is a failure of the file."""
    await check_extraction_fails(
        coordinator, support, "TEMPLATE", FILE_FAILED, ok=False, failure_reason="no matched template"
    )


@pytest.mark.case("coordinator/E4")
async def test_foi_data_format_error_maps_to_extraction_file_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A file with a data format error is a failure of the file."""
    await check_extraction_fails(
        coordinator, support, "FORMAT", FILE_FAILED, ok=False, failure_reason="data format error"
    )


@pytest.mark.case("coordinator/E5")
async def test_foi_http_422_maps_to_extraction_file_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """422 is a failure of the file."""
    await check_extraction_fails(coordinator, support, "422", FILE_FAILED, response_type="http_422")


@pytest.mark.case("coordinator/E6")
async def test_foi_http_400_maps_to_extraction_file_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """400 is a failure of the file."""
    await check_extraction_fails(coordinator, support, "400", FILE_FAILED, response_type="http_400")


@pytest.mark.case("coordinator/E7")
async def test_foi_missing_result_maps_to_service_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """An answer without a result is a failure of the service."""
    await check_extraction_fails(coordinator, support, "MISSING", SERVICE_FAILED, response_type="missing_result")


@pytest.mark.case("coordinator/E8")
async def test_foi_empty_result_maps_to_service_failed(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """An answer with an empty result is a failure of the service."""
    await check_extraction_fails(coordinator, support, "EMPTY", SERVICE_FAILED, response_type="empty_result")


@pytest.mark.case("coordinator/E9")
async def test_foi_invalid_password_is_not_reprocessed_on_second_run(
    coordinator: httpx.AsyncClient, support: httpx.AsyncClient
) -> None:
    """A second run after a failed extraction calls nobody and adds no row."""
    file = await check_extraction_fails(coordinator, support, "TWICE", PASSWORD_FAILED, ok=False)

    again = await run_and_drain(coordinator, support)

    assert again["skipped"] == [{"file": unc(file), "reason": "already_claimed"}]
    assert await statuses(support) == ["processing", PASSWORD_FAILED]
    assert await call_counts(support) == (1, 0, 1)
