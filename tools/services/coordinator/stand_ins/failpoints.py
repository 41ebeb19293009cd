"""The failpoints: a run says where it is, and goes on, waits or fails as the mode says.

POST /reached   {"point": ..., "file": the whole UNC path}
"""

from __future__ import annotations

import sys

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.stand_in import Mode, StandIn, serve_stand_in


class FailpointMode(Mode):
    """Breaks one point, for files with a word in their path; all others are passed, and not logged."""

    point: str = ""
    file: str = ""


class FailpointsStandIn(StandIn[FailpointMode]):
    """Says "go on" unless the mode is about the point: hang holds the run up, http_NNN has it fail."""

    title = "Failpoints"

    def add_routes(self, app: FastAPI) -> None:
        app.add_api_route("/reached", self._reached, methods=["POST"])

    async def _reached(self, request: Request) -> Response:
        event = await request.json()
        if event["point"] != self.mode.point or self.mode.file not in event["file"]:
            return JSONResponse({})
        mode = await self.admit(request, event)
        return mode if isinstance(mode, Response) else JSONResponse({})


if __name__ == "__main__":
    sys.exit(serve_stand_in("services.coordinator.stand_ins.failpoints", FailpointsStandIn(FailpointMode())))
