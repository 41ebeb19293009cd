"""FOI, the extraction: a file goes up, a row of data comes back, or the reason why not."""

from __future__ import annotations

import json
import ntpath
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from services.coordinator.downstream import NoAnswer, answer_to
from services.coordinator.status import MESSAGE_LENGTH, Failure, Status

Row = dict[str, Any]

# Kept here, because the tables of the standard library depend on the machine.
CONTENT_TYPES = {
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
ANY_CONTENT = "application/octet-stream"

# The file is to blame for these; for every other status that is not success, the service is.
_FILE_REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
_PASSWORD = "invalid password"


class Foi:
    """Uploads files to the address that the template makes of their remitter; by default one attempt each."""

    def __init__(self, client: httpx.AsyncClient, url_template: str, timeout_s: float, attempts: int = 1) -> None:
        self._client = client
        self._url_template = url_template
        self._timeout_s = timeout_s
        self._attempts = attempts

    async def extract(self, remitter: str, name: str, content: bytes) -> Row | Failure:
        """Upload a file and return the first row that was found in it."""
        url = self._url_template.replace("{remitter}", quote(remitter, safe="")) + "/extraction"
        extension = ntpath.splitext(name)[1].lower()
        part = (name, content, CONTENT_TYPES.get(extension, ANY_CONTENT))
        for _ in range(self._attempts):
            try:
                answer = await answer_to(self._client.post(url, files={"file": part}), "FOI", self._timeout_s)
            except NoAnswer as error:
                return Failure(Status.SERVICE_FAILED, str(error))
            extracted = evaluate(answer.status_code, answer.text)
            if not isinstance(extracted, Failure) or extracted.status is not Status.SERVICE_FAILED:
                break
        return extracted


def evaluate(status_code: int, text: str) -> Row | Failure:
    """Judge an answer: HTTP status, then JSON, then an object, then what failed, then what was found."""
    message = text[:MESSAGE_LENGTH]
    if status_code in _FILE_REFUSED:
        return Failure(Status.FILE_FAILED, message)
    if not httpx.codes.is_success(status_code):
        return Failure(Status.SERVICE_FAILED, message or f"FOI answered {status_code}")
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Failure(Status.SERVICE_FAILED, message)
    if failed := answer.get("failed"):
        return Failure(_failed_status(failed), json.dumps(failed, ensure_ascii=False)[:MESSAGE_LENGTH])
    match answer.get("result"):
        case [dict() as row, *_]:
            return row
    return Failure(Status.SERVICE_FAILED, message)


def _failed_status(failed: Any) -> Status:
    entries = failed if isinstance(failed, list) else [failed]
    reasons = [str(entry.get("failure_reason")) for entry in entries if isinstance(entry, dict)]
    # What is looked for is in lower case, and may stand anywhere in the reason.
    if any(_PASSWORD in reason.strip().lower() for reason in reasons):
        return Status.PASSWORD_FAILED
    return Status.FILE_FAILED
