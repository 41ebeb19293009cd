"""vcrpy's requests and responses -> interactions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vcr.request import Request as VcrRequest

from goldtape.exchange.body import read_body
from goldtape.exchange.interaction import Request, Response


def read_request(request: VcrRequest) -> Request:
    """The request as it left the client, all headers kept."""
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body, headers = read_body(_raw(request.body), headers)
    return Request(method=request.method.upper(), uri=_text(request.uri), headers=headers, body=body)


def read_response(response: Mapping[str, Any]) -> Response:
    """The response dictionary of vcrpy's format: status {code, message}, headers of lists, body {string}."""
    headers = {name.lower(): ", ".join(map(_text, values)) for name, values in response["headers"].items()}
    status = response["status"]
    body, headers = read_body(_raw(response["body"].get("string")), headers)
    return Response(int(status["code"]), status.get("message") or "", headers, body)


def _raw(body: Any) -> bytes | None:
    if body is None:
        return None
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return bytes(body.read())
    if isinstance(body, Mapping | list | tuple | int | float):  # given to aiohttp, which has not encoded it yet
        value = list(body.items()) if isinstance(body, Mapping) and not isinstance(body, dict) else body
        return json.dumps(value, default=_text, ensure_ascii=False).encode()
    return b"".join(part if isinstance(part, bytes) else str(part).encode() for part in body)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
