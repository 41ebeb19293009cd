"""The readable pieces of a body: the parts of a multipart body, the text in a charset, what gzip has packed.

A body that is no UTF-8 stays bytes, because a client reads its bytes in replay. Here it is opened for those who have
to see every string, and closed again around what they changed.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from goldtape.exchange.body import BOUNDARY, decode_text, parse_body
from goldtape.exchange.interaction import Json

_GZIP = b"\x1f\x8b"
_MARK = "\ufeff"
_SEPARATOR = re.compile(rb"(\r?\n)?--" + BOUNDARY.encode() + rb"(?:--)?[ \t]*(?:\r?\n|$)")
_HEAD = re.compile(rb"\A(?:[^\r\n]+\r?\n)*\r?\n")
_NAME = re.compile(r"\bname=\"?([^\";\r\n]+)", re.IGNORECASE)
_TYPE = re.compile(r"^content-type:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
Content = Json | str | bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a body that can be read for itself: the name of its form field or "", its content, its content type.

    Content of bytes cannot be read.
    """

    name: str
    content: Content
    content_type: str = ""


Change = Callable[[Piece], Content]
"""A piece -> its content; the same object where nothing changes."""


def read_pieces(raw: bytes, content_type: str) -> Iterator[Piece]:
    """The pieces of a body of bytes, in order."""
    found: list[Piece] = []

    def keep(piece: Piece) -> Content:
        found.append(piece)
        return piece.content

    change_pieces(raw, content_type, keep)
    yield from found


def change_pieces(raw: bytes, content_type: str, change: Change, name: str = "") -> bytes:
    """The body with each of its pieces changed; the same object if none is."""
    if content_type.startswith("multipart/") and BOUNDARY.encode() in raw:
        return _change_parts(raw, change)
    if raw.startswith(_GZIP):
        with suppress(OSError, EOFError, zlib.error):
            inner = gzip.decompress(raw)
            changed = change_pieces(inner, "", change, name)
            return raw if changed is inner else gzip.compress(changed, mtime=0)
    decoded = decode_text(raw, content_type)
    if decoded is None:
        content = change(Piece(name, raw, content_type))
        return content if isinstance(content, bytes) else raw
    text, codec = decoded
    mark = _MARK if text.startswith(_MARK) else ""
    before = parse_body(text.removeprefix(mark), "json" if text.removeprefix(mark)[:1] in ("{", "[") else "")
    assert isinstance(before, Json | str)
    after = change(Piece(name, before, content_type))
    if after is before or after == before:
        return raw
    return (mark + (json.dumps(after.value) if isinstance(after, Json) else str(after))).encode(codec)


def _change_parts(raw: bytes, change: Change) -> bytes:
    pieces: list[bytes] = []
    start = 0
    for separator in (*_SEPARATOR.finditer(raw), None):
        end = separator.start() if separator else len(raw)
        pieces.append(_change_part(raw[start:end], change))
        if separator:
            pieces.append(separator.group())
            start = separator.end()
    changed = b"".join(pieces)
    return raw if changed == raw else changed


def _change_part(part: bytes, change: Change) -> bytes:
    head = match.group() if (match := _HEAD.match(part)) else b""
    if not head:
        return change_pieces(part, "", change) if part else part
    text = head.decode("latin-1")
    name, content_type = _NAME.search(text), _TYPE.search(text)
    changed_head = change_pieces(head, "", change)
    body = part[len(head) :]
    if not body:
        return changed_head
    media_type = content_type.group(1).lower() if content_type else ""
    return changed_head + change_pieces(body, media_type, change, name.group(1) if name else "")
