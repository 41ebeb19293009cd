"""The conftest of the stories' project: clients of the shop, one for each way of programming."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import service  # type: ignore[import-not-found]  # it lies beside this file in a story's project

from goldtape import Tape


@pytest.fixture
def shop(goldtape: Tape) -> Iterator[httpx.Client]:
    """A client of the shop."""
    with httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer)) as client:
        yield client


@pytest.fixture
async def async_shop(goldtape: Tape) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shop whose answers overtake each other."""
    transport = httpx.MockTransport(service.answer_late)
    async with httpx.AsyncClient(base_url=goldtape.url("shop"), transport=transport) as client:
        yield client
