"""What every stand-in does: it logs its calls, and breaks those that its mode is meant for."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from services.coordinator.stand_ins.base import DownstreamMode
from services.coordinator.stand_ins.foi import FoiMode, FoiStandIn
from services.coordinator.stand_ins.iqube import IQubeStandIn
from services.l1.stand_ins.llm import LanguageModel, ModelMode
from services.stand_in import StandIn

NOTE = {"file_path": "a.pdf", "reason": "itm_failed"}


def client_of(stand_in: StandIn[Any]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(stand_in.app()), base_url="http://stand-in.test")


@pytest.fixture
def iqube() -> httpx.AsyncClient:
    return client_of(IQubeStandIn(DownstreamMode()))


async def set_mode(client: httpx.AsyncClient, **mode: Any) -> None:
    answer = await client.post("/__mode", json=mode)
    assert answer.status_code == 200, answer.text


async def notify(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/notify", json=NOTE)


async def paths(client: httpx.AsyncClient) -> list[str]:
    return [event["path"] for event in (await client.get("/__events")).json()["events"]]


async def test_calls_are_logged_until_a_reset(iqube: httpx.AsyncClient) -> None:
    """A call is there however it was answered; a reset forgets calls and mode."""
    await set_mode(iqube, response_type="http_503")
    assert (await notify(iqube)).status_code == 503
    assert await paths(iqube) == ["/notify"]

    await iqube.post("/__reset")

    assert await paths(iqube) == []
    assert (await notify(iqube)).json() == {"status": "ok", "message": "notified"}


async def test_a_mode_holds_for_some_calls_after_some(iqube: httpx.AsyncClient) -> None:
    """The first `skip` calls are answered normally, so are those after the next `times`."""
    await set_mode(iqube, response_type="http_500", message="no room", skip=1, times=2)

    answers = [await notify(iqube) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 500, 500, 200]
    assert answers[1].json() == {"status": "failed", "message": "no room"}


@pytest.mark.parametrize("delay_s", [0, 0.1], ids=["already", "not yet"])
async def test_a_call_that_hangs_is_answered_by_the_next_mode(iqube: httpx.AsyncClient, delay_s: float) -> None:
    """Whether it already hangs when the mode changes, or is about to."""
    await set_mode(iqube, response_type="hang", delay_s=delay_s)
    call = asyncio.create_task(notify(iqube))
    await asyncio.wait([call], timeout=0.05)
    assert not call.done()

    await set_mode(iqube, ok=False, message="not today")

    assert (await asyncio.wait_for(call, 5)).json() == {"status": "failed", "message": "not today"}


@pytest.mark.parametrize(
    ("mode", "field", "said"),
    [
        (
            {"response_type": "nonsense"},
            "response_type",
            "Value error, use one of normal, hang, reset, http_NNN, non_dict, unparsable, missing_result, empty_result,"
            " both",
        ),
        ({"skipp": 1}, "skipp", "Extra inputs are not permitted"),
        ({"times": -1}, "times", "Input should be greater than or equal to 0"),
    ],
)
async def test_a_mode_without_meaning_is_refused(mode: dict[str, Any], field: str, said: str) -> None:
    """No test should believe that it has forced a failure."""
    refused = await client_of(FoiStandIn(FoiMode())).post("/__mode", json=mode)

    assert refused.status_code == 422
    assert [(entry["loc"], entry["msg"]) for entry in refused.json()["detail"]] == [([field], said)]


async def test_a_service_breaks_in_its_own_words() -> None:
    """A failure of the model has the shape that its real endpoint gives it."""
    model = client_of(LanguageModel(ModelMode()))
    await set_mode(model, response_type="http_500", message="overloaded")
    asked = {
        "model": "any",
        "messages": [{"content": "l1-classify/1\n..."}, {"content": '{"problem": "toner", "categories": []}'}],
    }

    failed = await model.post("/v1/chat/completions", json=asked, headers={"Authorization": "Bearer key"})

    assert (failed.status_code, failed.json()["error"]["message"]) == (500, "overloaded")
    [event] = (await model.get("/__events")).json()["events"]
    assert event == {"kind": "classify", "asked": {"problem": "toner", "categories": []}}
