"""Clients of the coordinator and of its support API, around a share, a table and stand-ins that are all empty."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from goldtape import Tape

from .helpers_coordinator import SOURCE

KEEP_ARTIFACTS = os.environ.get("IT_KEEP_ARTIFACTS") in ("1", "true", "True")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Next to a named FOI its failures cannot be forced, unless the caller says that it is a stand-in."""
    live = config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE")
    forced = os.environ.get("IT_RUN_FOI_FAILURE_TESTS") in ("1", "true", "True")
    for item in items:
        if live and os.environ.get("FOI_API_URL") and not forced and "test_foi_failure" in item.path.name:
            item.add_marker(pytest.mark.skip(reason="FOI_API_URL is set; IT_RUN_FOI_FAILURE_TESTS=1 for a stand-in"))


@pytest.fixture
async def coordinator(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the coordinator."""
    if goldtape.live and (named := os.environ.get("SMB_UNC_PATH")):
        goldtape.alias(named, SOURCE)
    async with httpx.AsyncClient(base_url=goldtape.url("coordinator"), verify=tls, timeout=30) as client:
        yield client


@pytest.fixture
async def support(
    goldtape: Tape, tls: ssl.SSLContext, coordinator: httpx.AsyncClient
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the support API: the share, the table, the stand-ins. A live test begins with all of them empty.

    IT_KEEP_ARTIFACTS=1 leaves what the last test made where it is, to be looked at: nothing is cleared afterwards.
    """
    async with httpx.AsyncClient(base_url=goldtape.url("coordinator-support"), verify=tls, timeout=90) as client:
        if goldtape.live:
            with goldtape.unrecorded():
                (await client.post("/reset")).raise_for_status()
        yield client
        if goldtape.live and not KEEP_ARTIFACTS:
            with goldtape.unrecorded():
                (await client.post("/reset")).raise_for_status()
