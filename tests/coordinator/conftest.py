"""The coordinator and its support API, around a share, a table and stand-ins that are all empty."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from goldtape import NotJudged, Tape, arranged

from .helpers_coordinator import RUN_PATH, SOURCE, Coordinator, look, read_env_file

CLIENT_TIMEOUT_S = 10.0
"""How long the document's client waits for a run."""

TRUE = ("1", "true", "True")


def pytest_configure(config: pytest.Config) -> None:
    """Take what `.env.it` says, where the environment says nothing."""
    if config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE"):
        read_env_file(config.rootpath / ".env.it")


@pytest.fixture
def uid(goldtape: Tape) -> str:
    """What makes the names of a test its own; goldens say x."""
    return goldtape.unique("x")


@pytest.fixture
def foi_stand_in(goldtape: Tape) -> None:
    """What is needed where FOI has to fail, or to be slow: beside a deployment only if the caller says that it can."""
    asked = os.environ.get("IT_RUN_FOI_FAILURE_TESTS")
    named = [name for name in ("FOI_API_URL", "IT_COORDINATOR_BASE_URL") if os.environ.get(name)]
    if goldtape.live and (asked or ("" if named else "1")) not in TRUE:
        pytest.skip(
            f"FOI cannot be made to fail: IT_RUN_FOI_FAILURE_TESTS is {asked}"
            if asked
            else f"{named[0]} is set; IT_RUN_FOI_FAILURE_TESTS=1 if its FOI is a stand-in"
        )


class Sent(list[str]):
    """The paths of a test's requests, in order."""

    async def __call__(self, request: httpx.Request) -> None:
        self.append(request.url.path)


@pytest.fixture
def sent() -> Sent:
    """What the clients of a test have sent."""
    return Sent()


@pytest.fixture
async def coordinator(goldtape: Tape, tls: ssl.SSLContext, sent: Sent) -> AsyncIterator[Coordinator]:
    """The coordinator, which can be asked to run."""
    path = RUN_PATH
    if goldtape.live:
        path = os.environ.get("IT_COORD_RUN_PATH") or RUN_PATH
        goldtape.alias(path, RUN_PATH)
        if named := os.environ.get("SMB_UNC_PATH"):
            goldtape.alias(named, SOURCE)
    # No proxy of the environment stands between a test and what it looks at.
    url = goldtape.url("coordinator")
    async with httpx.AsyncClient(
        base_url=url, verify=tls, timeout=CLIENT_TIMEOUT_S, trust_env=False, event_hooks={"request": [sent]}
    ) as client:
        yield Coordinator(client, path)


@pytest.fixture
async def support(
    goldtape: Tape, tls: ssl.SSLContext, coordinator: Coordinator, sent: Sent
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the support API: the share, the table, the stand-ins. A live test begins with all of them empty.

    What a test leaves is read at its end, for the goldens, unless the test looked at it last. Then it is cleared, and
    what cannot be cleared fails the test.
    IT_KEEP_ARTIFACTS=1 leaves everything where it is, to be looked at, until the next test begins.
    """
    url = goldtape.url("coordinator-support")
    async with httpx.AsyncClient(
        base_url=url, verify=tls, timeout=90, trust_env=False, event_hooks={"request": [sent]}
    ) as client:
        if goldtape.live:
            with goldtape.unrecorded():
                if left := left_by(await client.post("/reset")):
                    raise NotJudged(f"an earlier test's traces cannot be cleared: {left}")
        yield client
        if not goldtape.judging and sent[-1:] != ["/state"]:
            await look(client)
        if goldtape.live and os.environ.get("IT_KEEP_ARTIFACTS") not in TRUE:
            with goldtape.unrecorded():
                left = left_by(await client.post("/reset"))
            assert not left, f"this cannot be cleared away, and would be in the way of other tests: {left}"


def left_by(reset: httpx.Response) -> dict[str, list[str]]:
    """What a reset could not clear away."""
    return {what: names for what, names in arranged(reset).json().items() if names}
