"""Clients of the L1 API and of its support API."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from goldtape import Tape


@pytest.fixture
async def l1(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the L1 API; who is asking is in each request's Authorization."""
    async with httpx.AsyncClient(base_url=goldtape.url("l1"), verify=tls, timeout=30) as client:
        yield client


@pytest.fixture
async def support(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the support API: what is done in the database, and what is asked of the language model.

    A live test starts with a model that works and has been asked nothing. Rows need no such care: every
    test makes accounts of its own.
    """
    async with httpx.AsyncClient(base_url=goldtape.url("l1-support"), verify=tls, timeout=30) as client:
        if goldtape.live:
            with goldtape.unrecorded():
                (await client.post("/llm/reset")).raise_for_status()
        yield client
