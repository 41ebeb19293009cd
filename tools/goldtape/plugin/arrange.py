"""The steps of a test that only arrange: if one is refused, the test cannot judge what it is about."""

from __future__ import annotations

from typing import Any, TypeVar

Response = TypeVar("Response")
# A page of HTML would hide the line that matters.
_SHOWN = 300


class NotJudged(Exception):
    """A step that only arranges did not come off, so the test says nothing about the plan; the message says why."""


def arranged(response: Response) -> Response:
    """The response to a request that only arranges; of httpx, requests or aiohttp.

    Raises:
        NotJudged: Its status is not one of 200 to 299.
    """
    given: Any = response
    status = given.status_code if hasattr(given, "status_code") else given.status
    if 200 <= status < 300:
        return response
    request = getattr(given, "request", given)
    text = getattr(given, "text", "")
    body = text[:_SHOWN] if isinstance(text, str) else ""
    raise NotJudged(f"{request.method} {request.url} answered {status} where the test arranges: {body}".rstrip(": "))
