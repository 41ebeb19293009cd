"""Bytes that travelled -> a body: content encodings undone, JSON parsed, what is random in its framing settled."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

from goldtape.exchange.interaction import Body, Json

BOUNDARY = "goldtape-boundary"

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?')


def read_body(raw: bytes | None, headers: Mapping[str, str]) -> tuple[Body, dict[str, str]]:
    """Undo the content encoding, settle the multipart boundary, and parse; gives the headers that remain true."""
    headers = dict(headers)
    if not raw:
        return None, headers
    if encoding := headers.pop("content-encoding", ""):
        raw = _decoded(raw, encoding)
    content_type = headers.get("content-type", "")
    if content_type.startswith("multipart/") and (boundary := _BOUNDARY.search(content_type)):
        raw = raw.replace(boundary.group(1).encode(), BOUNDARY.encode())
        headers["content-type"] = content_type.replace(boundary.group(1), BOUNDARY)
    try:
        return parse_body(raw.decode("utf-8"), content_type), headers
    except UnicodeDecodeError:
        return raw, headers


def parse_body(text: str, content_type: str) -> Body:
    """JSON when the content type says so and the text keeps its meaning when parsed; else the text itself."""
    if "json" not in content_type:
        return text
    try:
        return Json(json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite))
    except ValueError:
        return text


def _decoded(raw: bytes, encoding: str) -> bytes:
    import httpx  # here, because most bodies are not encoded and httpx is slow to import

    with suppress(httpx.DecodingError):  # aiohttp and requests hand vcrpy what they have decoded already
        return httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content
    return raw


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a JSON object with a repeated key keeps its meaning only as text")
    return found


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        _refuse(number)
    return value


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"JSON and a float cannot both hold {number} (RFC 8259 section 6)")
