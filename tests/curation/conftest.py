"""The curation API's client, a dataset of the test's own, and the people who curate it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from goldtape import Tape

pytest.register_assert_rewrite(f"{__package__}.helpers_usecase")


@pytest.fixture
async def curation(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the curation API; who is asking goes into each request's X-User-Id."""
    async with httpx.AsyncClient(base_url=goldtape.url("curation"), verify=tls, timeout=120) as client:
        yield client


@pytest.fixture
async def dataset(request: pytest.FixtureRequest, goldtape: Tape, curation: httpx.AsyncClient) -> AsyncIterator[str]:
    """The name of a dataset that nobody else uses.

    At the end all that it holds is read, for the golden; ten thousand items would take the golden a minute. A live run
    then removes it: self-serve samples over all datasets, so what one test leaves behind would be handed out in the
    next.
    """
    name = goldtape.unique("demo")
    yield name
    with suppress(httpx.ConnectError):  # a service that is gone holds nothing
        if not goldtape.judging and not request.node.get_closest_marker("stress"):
            await curation.get(f"/v1/ground-truths/{name}")
        if goldtape.live:
            with goldtape.unrecorded():
                await curation.delete(f"/v1/datasets/{name}")
                left = await curation.get(f"/v1/ground-truths/{name}")
            # The plan has no way to remove items: a service that is judged may keep them.
            gone = goldtape.judging or left.status_code == 404 or left.json() == []
            assert gone, f"the test leaves items behind in {name}: {left.text[:300]}"


@pytest.fixture
def alice(goldtape: Tape) -> str:
    """A curator who holds nothing yet, whatever other tests have left."""
    return goldtape.unique("alice")


@pytest.fixture
def bob(goldtape: Tape) -> str:
    """Another curator."""
    return goldtape.unique("bob")


@pytest.fixture
def carol(goldtape: Tape) -> str:
    """A third one."""
    return goldtape.unique("carol")
