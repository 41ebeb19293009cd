"""From bytes to a body: undo the content encoding, parse JSON, replace the random boundary of a multipart form."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

from goldtape.exchange.interaction import Body, Json

BOUNDARY = "goldtape-boundary"

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?', re.IGNORECASE)
_CHARSET = re.compile(r'charset="?([\w.:-]+)', re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# ASCII in UTF-16 or UTF-32 without a mark: where the zero bytes of the first characters stand (RFC 4627 section 3).
_ZEROS = (
    (re.compile(rb"(?:\0\0\0[^\0]){2}"), "utf-32-be"),
    (re.compile(rb"(?:[^\0]\0\0\0){2}"), "utf-32-le"),
    (re.compile(rb"(?:\0[^\0]){2}"), "utf-16-be"),
    (re.compile(rb"(?:[^\0]\0){2}"), "utf-16-le"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def read_body(raw: bytes | None, headers: Mapping[str, str]) -> tuple[Body, dict[str, str]]:
    """The body that these bytes are, and the headers that are still true of it."""
    headers = dict(headers)
    # The case of a media type has no meaning (RFC 9110 section 8.3.1).
    if content_type := headers.get("content-type", ""):
        media_type, semicolon, rest = content_type.partition(";")
        content_type = headers["content-type"] = media_type.lower() + semicolon + rest
    if not raw:
        return None, headers
    if encoding := headers.pop("content-encoding", ""):
        raw = _decoded(raw, encoding)
    if content_type.startswith("multipart/") and (boundary := _BOUNDARY.search(content_type)):
        raw = raw.replace(boundary.group(1).encode(), BOUNDARY.encode())
        headers["content-type"] = content_type.replace(boundary.group(1), BOUNDARY)
    if b"\0" in raw:  # no UTF-8 text has it, and UTF-16 is full of it
        return raw, headers
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


def decode_text(raw: bytes, content_type: str = "") -> tuple[str, str] | None:
    """The text that bytes are, and its codec; None if they are no text.

    A byte order mark has the first word, then the charset of the content type, then the places of zero bytes. What is
    left is UTF-8 or latin-1, and no text if it holds control characters.
    """
    charset = _CHARSET.search(content_type)
    marked = [codec for mark, codec in _MARKS if raw.startswith(mark)]
    zeros = [codec for pattern, codec in _ZEROS if pattern.match(raw)]
    for codec in (*marked, *([charset.group(1)] if charset else ()), *zeros, "utf-8", "latin-1"):
        with suppress(LookupError, UnicodeError, ValueError):
            text = raw.decode(codec)
            if text.encode(codec) == raw and not _CONTROL.search(text):
                return text, codec
    return None


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
