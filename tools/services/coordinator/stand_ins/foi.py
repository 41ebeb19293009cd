"""FOI: takes a file for a remitter, and answers with one row or with a failure.

POST /extract/<remitter>/extraction            part `file`; temp_pwd and replace_pwd if any
POST /extract/<remitter>/filename_extraction   form field `file_name`, no file
POST /extract/<remitter>                       as the first, under its former address
"""

from __future__ import annotations

import sys
from hashlib import md5

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData, UploadFile

from services.coordinator.stand_ins.base import DownstreamMode
from services.stand_in import Event, StandIn, serve_stand_in

BROKEN = {
    "non_dict": '["not an object"]',
    "unparsable": "{not json",
    "missing_result": '{"failed":[]}',
    "empty_result": '{"failed":[],"result":[]}',
    "both": '{"failed":[{"status":"failed","failure_reason":"unheard of"}],"result":[{"extracted":true}]}',
}
_ACTIONS = ("extraction", "filename_extraction")


class FoiMode(DownstreamMode):
    """Its own response types are answers that are no extraction."""

    WORDS = tuple(BROKEN)


class FoiStandIn(StandIn[FoiMode]):
    """Fails in the body (mode ok false), or answers something that is not an extraction."""

    title = "FOI stand-in"

    def add_routes(self, app: FastAPI) -> None:
        app.add_api_route("/{path:path}", self._extract, methods=["POST"])

    async def _extract(self, request: Request) -> Response:
        path = request.url.path
        async with request.form() as form:
            event = await _upload(path, form)
        mode = await self.admit(request, event)
        if isinstance(mode, Response):
            return mode
        if mode.response_type in BROKEN:
            return Response(BROKEN[mode.response_type], media_type="application/json")
        if not event["filename"]:
            return self.refusal(422, "no file")
        return JSONResponse(_refused(mode, event) if not mode.ok else _extracted(path, event))


async def _upload(path: str, form: FormData) -> Event:
    part = form.get("file")
    content = await part.read() if isinstance(part, UploadFile) else b""
    return {
        "path": path,
        "filename": part.filename if isinstance(part, UploadFile) else form.get("file_name"),
        "content_type": part.content_type if isinstance(part, UploadFile) else None,
        "temp_pwd": form.get("temp_pwd"),
        "replace_pwd": str(form.get("replace_pwd", "false")).lower() == "true",
        "size": len(content),
        "md5": md5(content, usedforsecurity=False).hexdigest(),
    }


def _extracted(path: str, event: Event) -> dict[str, object]:
    row = {"filename": event["filename"], "remitter": _remitter(path), "extracted": True}
    return {"result": [row], "failed": []}


def _refused(mode: FoiMode, event: Event) -> dict[str, object]:
    entry = {
        "status": "failed",
        "failure_reason": mode.failure_reason,
        "detailed_failure_reason": mode.detailed_failure_reason,
        "file_name": event["filename"],
    }
    return {"failed": [entry], "result": []}


def _remitter(path: str) -> str:
    segments = path.strip("/").split("/")
    return segments[-2] if segments[-1] in _ACTIONS and len(segments) > 1 else segments[-1]


if __name__ == "__main__":
    sys.exit(serve_stand_in("services.coordinator.stand_ins.foi", FoiStandIn(FoiMode())))
