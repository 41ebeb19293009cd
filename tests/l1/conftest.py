"""The help desk as a test meets it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from goldtape import Tape

from .helpers_l1 import Desk


@pytest.fixture
async def desk(goldtape: Tape, tls: ssl.SSLContext) -> AsyncIterator[Desk]:
    """A help desk of the test's own: nobody is there yet, and the language model has been asked nothing.

    At the end everything that its accounts hold is read into the goldens. Then, in a live run, they are deleted.
    """
    async with (
        httpx.AsyncClient(base_url=goldtape.url("l1"), verify=tls, timeout=30) as l1,
        httpx.AsyncClient(base_url=goldtape.url("l1-support"), verify=tls, timeout=30) as support,
    ):
        if goldtape.live:
            with goldtape.unrecorded():
                (await support.post("/start")).raise_for_status()
        desk = Desk(l1, support, goldtape)
        yield desk
        if not goldtape.judging:
            await desk.look_back()
        if goldtape.live:
            with goldtape.unrecorded():
                left = await desk.clear()
            assert not left, f"the test left rows behind that cannot be deleted: {left}"
