"""IQube, the notification: people are told about a file that failed. Nothing waits for what they say."""

from __future__ import annotations

import logging

import httpx

from services.coordinator.downstream import NoAnswer, answer_to, json_object
from services.coordinator.freedoms import Freedoms

log = logging.getLogger(__name__)

SCAN_FAILED = "smb_scan_failed"


class IQube:
    """Tells IQube once; when that fails it is logged, and nothing else changes."""

    def __init__(self, client: httpx.AsyncClient, url: str, timeout_s: float, freedoms: Freedoms) -> None:
        self._client = client
        self._url = url
        self._timeout_s = timeout_s
        self._freedoms = freedoms

    async def notify(self, file_path: str, reason: str, record_id: str | None = None) -> None:
        """Tell about a file, or about the source root when that could not be listed.

        Args:
            file_path: the whole UNC path.
            reason: the status of the file, or SCAN_FAILED.
            record_id: id of the row that has the failure, if there is one.
        """
        body = {"file_path": file_path, "reason": self._freedoms.told(reason), "record_id": record_id}
        try:
            answer = await answer_to(self._client.post(self._url, json=body), "IQube", self._timeout_s)
        except NoAnswer as error:
            log.error("IQube was not told about %s: %s", file_path, error)
            return
        if not answer.is_success or json_object(answer.text).get("status") == "failed":
            log.error("IQube did not take the note about %s: %s %s", file_path, answer.status_code, answer.text)
