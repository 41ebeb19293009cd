"""ITM, the submission: one instruction a file, sent once, taken or refused."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx

from services.coordinator.downstream import NoAnswer, answer_to, json_object
from services.coordinator.foi import Row
from services.coordinator.settings import ItmSettings
from services.coordinator.status import MESSAGE_LENGTH, Failure, Status

SOURCE_SYSTEM = "DET"
LOCAL_TOKEN = "local-token"

_NOT_ALLOWED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Itm:
    """Submits what was extracted; only a refused token is a reason to send again, and only once."""

    def __init__(self, client: httpx.AsyncClient, settings: ItmSettings) -> None:
        self._client = client
        self._settings = settings
        self._token = ""

    async def submit(self, remitter: str, row: Row) -> Failure | None:
        """Submit the row of one file; None means that ITM took it."""
        body = {"instructions": [self._instruction(remitter, row)]}
        try:
            answer = await self._send(body, self._token or await self._new_token())
            if answer.status_code in _NOT_ALLOWED:
                answer = await self._send(body, await self._new_token())
        except NoAnswer as error:
            return Failure(Status.ITM_FAILED, str(error))
        return evaluate(answer.status_code, answer.text)

    def _instruction(self, remitter: str, row: Row) -> dict[str, str]:
        return {
            "sourceUniqueRef": str(uuid4()),
            "clientAccountRegion": self._settings.itm_client_account_region,
            "messageCategory": self._settings.itm_message_category,
            "productIdentifier": self._settings.itm_product_identifier,
            "clientIdentifier": remitter,
            "payload": json.dumps(row, ensure_ascii=False),
        }

    async def _send(self, body: dict[str, Any], token: str) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "Consumer-Type": self._settings.env,
            "source-system": SOURCE_SYSTEM,
        }
        call = self._client.post(self._settings.itm_api_url, json=body, headers=headers)
        return await answer_to(call, "ITM", self._settings.itm_timeout_s)

    async def _new_token(self) -> str:
        """Get a token and keep it; it is a constant where nobody gives out tokens.

        Raises:
            NoAnswer: the token service did not answer, or answered without a token.
        """
        if not self._settings.itm_token_url:
            self._token = LOCAL_TOKEN
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.itm_client_id,
            "client_secret": self._settings.itm_client_secret,
        }
        call = self._client.post(self._settings.itm_token_url, data=form)
        answer = await answer_to(call, "the token service", self._settings.itm_timeout_s)
        token = json_object(answer.text).get("access_token")
        if not answer.is_success or not isinstance(token, str):
            raise NoAnswer(f"the token service answered {answer.status_code} without a token")
        self._token = token
        return token


def evaluate(status_code: int, text: str) -> Failure | None:
    """Judge an answer: taken only if both the HTTP status and the status in the body say so."""
    answer = json_object(text)
    if httpx.codes.is_success(status_code) and str(answer.get("status")).lower() == "success":
        return None
    message = str(answer.get("message") or text or f"ITM answered {status_code}")
    return Failure(Status.ITM_FAILED, message[:MESSAGE_LENGTH])
