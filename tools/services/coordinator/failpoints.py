"""Places where a test can hold a run up, or have it fail: the run says where it is, the support API decides.

Nobody is asked without IT_FAILPOINTS_URL, IT_ENABLE_FAILPOINTS and ENV=local.
"""

from __future__ import annotations

from enum import StrEnum

import httpx


class Point(StrEnum):
    """Where a run can be held up."""

    BEFORE_DOWNLOAD = "before_download"
    AFTER_CLAIM = "tx_rollback_after_claim"
    BEFORE_ARCHIVING = "before_archiving"


class FailpointHit(Exception):
    """The planted failure."""


class Failpoints:
    """Asks at every point whether to go on; `url` is empty where nobody is to be asked."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def reached(self, point: Point, path: str = "") -> None:
        """Go on as soon as the answer is there.

        Raises:
            FailpointHit: the answer is no.
        """
        if not self._url:
            return
        try:
            answer = await self._client.post(self._url, json={"point": point, "file": path})
        except httpx.TransportError:
            return  # whoever could have said no has gone
        if not answer.is_success:
            raise FailpointHit(f"IT_FAILPOINT_{point.upper()}: {path}")
