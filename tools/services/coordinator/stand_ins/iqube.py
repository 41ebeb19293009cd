"""IQube: takes notes about failed files on any path."""

from __future__ import annotations

import sys

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.coordinator.stand_ins.base import DownstreamMode, json_call
from services.stand_in import StandIn, serve_stand_in

FIELDS = ("file_path", "reason")


class IQubeStandIn(StandIn[DownstreamMode]):
    """Fails in the body (mode ok false), and with 400 when a field is missing."""

    title = "IQube stand-in"

    def add_routes(self, app: FastAPI) -> None:
        app.add_api_route("/{path:path}", self._notify, methods=["POST"])

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"status": "failed", "message": message}, status)

    async def _notify(self, request: Request) -> Response:
        event = await json_call(request)
        mode = await self.admit(request, event)
        if isinstance(mode, Response):
            return mode
        missing = [name for name in FIELDS if not isinstance(event["body"], dict) or not event["body"].get(name)]
        if missing:
            return self.refusal(400, f"missing: {', '.join(missing)}")
        if not mode.ok:
            return self.refusal(200, mode.message or "forced iqube failure")
        return JSONResponse({"status": "ok", "message": "notified"})


if __name__ == "__main__":
    sys.exit(serve_stand_in("services.coordinator.stand_ins.iqube", IQubeStandIn(DownstreamMode())))
