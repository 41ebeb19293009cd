"""From bytes to a body: undo the content encoding, parse JSON, replace the random boundary of a multipart form."""

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
    """The body that these bytes are, and the headers that are still true of it."""
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
    """JSON if the content type says so and parsing loses nothing of the text; otherwise the text itself."""
    if "json" not in content_type:
        return text
    try:
        return Json(json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite))
    except (ValueError, RecursionError):
        return text


def _decoded(raw: bytes, encoding: str) -> bytes:
    import httpx  # here, because most bodies are not encoded and httpx is slow to import

    with suppress(httpx.DecodingError):  # aiohttp and requests decode a body before they hand it to vcrpy
        return httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content
    return raw


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a parsed JSON object loses all but the last of its equal keys")
    return found


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        _refuse(number)
    return value


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"JSON and float have no number {number} in common (RFC 8259 section 6)")
