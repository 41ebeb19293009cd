"""ITM: takes one instruction a call on any path, and gives out tokens on /token."""

from __future__ import annotations

import secrets
import sys
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.coordinator.stand_ins.base import DownstreamMode, json_call
from services.stand_in import StandIn, serve_stand_in

HEADERS = ("authorization", "consumer-type", "source-system")
NOT_ALLOWED = (401, 403)
FIELDS = ("sourceUniqueRef", "clientAccountRegion", "messageCategory", "productIdentifier", "payload")


class ItmStandIn(StandIn[DownstreamMode]):
    """Refuses in the body (mode ok false), and with 400 what a real one would not understand."""

    title = "ITM stand-in"

    def __init__(self, normal: DownstreamMode) -> None:
        super().__init__(normal)
        self._tokens: set[str] = set()

    def add_routes(self, app: FastAPI) -> None:
        app.add_api_route("/token", self._token, methods=["POST"])
        app.add_api_route("/{path:path}", self._submit, methods=["POST"])

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"status": "failed", "message": message, "instructionsCount": 0}, status)

    async def _token(self) -> dict[str, str]:
        token = secrets.token_hex(16)
        self._tokens.add(token)
        return {"access_token": token, "token_type": "bearer"}

    async def _submit(self, request: Request) -> Response:
        event = await json_call(request)
        # The token itself is a secret, which no golden shows; whether it was given out here and still counts is none.
        _, _, token = event["headers"].get("authorization", "").partition(" ")
        event["issuer"] = "here" if token in self._tokens else "unknown"
        mode = await self.admit(request, event)
        if isinstance(mode, Response):
            if mode.status_code in NOT_ALLOWED:
                self._tokens.discard(token)
            return mode
        if missing := _missing(event):
            return self.refusal(400, f"missing: {', '.join(missing)}")
        if not mode.ok:
            return self.refusal(200, mode.message or "forced itm failure")
        return JSONResponse({"status": "success", "message": mode.message or "accepted", "instructionsCount": 1})


def _missing(event: dict[str, Any]) -> list[str]:
    headers = [name for name in HEADERS if not event["headers"].get(name)]
    match event["body"]:
        case {"instructions": [dict() as instruction]}:
            return headers + [name for name in FIELDS if name not in instruction]
    return [*headers, "instructions"]


if __name__ == "__main__":
    sys.exit(serve_stand_in("services.coordinator.stand_ins.itm", ItmStandIn(DownstreamMode())))
