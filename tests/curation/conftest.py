"""The curation API's client, and a dataset of the test's own."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from goldtape import Tape


@pytest.fixture
async def curation(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the curation API; who is asking goes into each request's X-User-Id."""
    async with httpx.AsyncClient(base_url=goldtape.url("curation"), verify=tls, timeout=120) as client:
        yield client


@pytest.fixture
async def dataset(goldtape: Tape, curation: httpx.AsyncClient) -> AsyncIterator[str]:
    """The name of a dataset that nobody else uses; a live run removes it afterwards.

    Self-serve samples over all datasets, so what one test leaves behind would be handed out in the next.
    """
    name = goldtape.unique("demo")
    yield name
    if goldtape.live:
        with goldtape.unrecorded(), suppress(httpx.ConnectError):  # a service that is gone holds nothing
            await curation.delete(f"/v1/datasets/{name}")
