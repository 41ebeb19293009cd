"""What the plan leaves to this service: LIBERTIES=<seed> has it use that, each seed otherwise.

The plan says little about the form of an answer, so most freedoms are taken where answers leave the service
(`Liberal`); what the service itself may do otherwise is in `Freedoms`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from services.liberties import Liberties

# Statuses that the plan does not name, and what else they could be. It names 200, 400, 401, 403 and 404.
STATUSES: Mapping[int, tuple[int, ...]] = {201: (200,), 402: (403,), 409: (400, 422), 422: (400,), 502: (500, 503)}
UNORDERED = frozenset({"available", "enabled", "escalation_recipients", "actions"})
LONGEST_DELAY_MS = 30

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{6})Z")


@dataclass(frozen=True)
class Freedoms:
    """How the service walks.

    `early_nodes`: the model writes a node as soon as one is due, not when it is asked for. `silent_cap`: at the depth
    cap there is no further node, where there usually is one that says to escalate.
    """

    early_nodes: bool = False
    silent_cap: bool = False

    @classmethod
    def taken(cls, liberties: Liberties) -> Self:
        """The freedoms of a seed; none without one."""
        return cls(*(liberties.one_of(name, False, True) for name in ("early_nodes", "silent_cap")))


class Liberal(BaseHTTPMiddleware):
    """Gives answers another form that the plan allows."""

    def __init__(self, app: ASGIApp, liberties: Liberties) -> None:
        super().__init__(app)
        self._liberties = liberties

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer later, with another status, and with a body in other words."""
        response: Any = await call_next(request)
        await asyncio.sleep(self._liberties.one_of(request.url.path, 0, *range(LONGEST_DELAY_MS)) / 1000)
        body = b"".join([chunk async for chunk in response.body_iterator])
        if not body or request.url.path == "/healthz":
            return Response(body, response.status_code, media_type=response.headers.get("content-type"))
        status = self._liberties.one_of(
            f"status {response.status_code}", response.status_code, *STATUSES.get(response.status_code, ())
        )
        said = self._body(json.loads(body), status)
        return Response(json.dumps(said), status, media_type="application/json")

    def _body(self, said: Any, status: int) -> Any:
        if isinstance(said, list):
            return [self._body(one, status) for one in said]
        if status >= 400:
            said = self._refusal(said, status)
        if self._liberties.one_of("nulls", "kept", "left out") == "left out":
            said = {name: value for name, value in said.items() if value is not None}
        if self._liberties.one_of("more", False, True):
            said |= {"links": {"self": "/"}, "revision": 1}
        for name in UNORDERED & said.keys():
            said[name] = said[name] and self._liberties.order(name, said[name])
        return {name: self._instant(said[name]) for name in self._liberties.order("members", list(said))}

    def _refusal(self, said: dict[str, Any], status: int) -> dict[str, Any]:
        """The plan has a `detail` in a 400, which names what was wrong; it says nothing of other refusals."""
        code = str(said["detail"])
        prose = code.replace("_", " ").capitalize() + "."
        forms = [said, {"detail": prose}, {"detail": prose, "type": "about:blank", "status": status}]
        if status != 400:
            forms += [{"error": {"code": code.upper(), "message": prose}}, {"errors": [{"code": code}]}]
        return dict(self._liberties.one_of(f"refusal {status == 400}", forms[0], *forms[1:]))

    def _instant(self, value: Any) -> Any:
        form = self._liberties.one_of("instants", r"\1\2Z", r"\1\2+00:00", r"\1Z")
        return _INSTANT.sub(form, value) if isinstance(value, str) else value
