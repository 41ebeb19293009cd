"""What FOI, ITM and IQube have in common here: their mode, and what is logged of a call."""

from __future__ import annotations

from fastapi import Request

from services.stand_in import Event, Mode


class DownstreamMode(Mode):
    """`ok` false refuses, in the words of each service; the reasons are FOI's."""

    ok: bool = True
    failure_reason: str = "invalid password"
    detailed_failure_reason: str = "forced"


async def json_call(request: Request) -> Event:
    """Describe a call with a JSON body; a body that is no JSON is kept as text."""
    try:
        body = await request.json()
    except ValueError:
        body = (await request.body()).decode("utf-8", "replace")
    return {"path": request.url.path, "headers": dict(request.headers), "body": body}
