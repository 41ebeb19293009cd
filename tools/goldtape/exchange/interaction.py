"""An interaction: one HTTP request with its response, free of any client library.

The rooms above work on these values only, so a rule that is written once holds for cassettes and snapshots.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Json:
    """A body that travelled as JSON, parsed. Two bodies that differ only in white space are equal."""

    value: Any

    def text(self) -> str:
        """The one compact spelling of this value: sorted keys, no spaces, non-ASCII kept."""
        return json.dumps(self.value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


Body = Json | str | bytes | None
"""JSON when it parses as such, text when it decodes, bytes when it does neither, None when empty."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. Header names are lower case, repeated headers are joined with a comma (RFC 9110 5.3)."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: Body = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Headers as in `Request`; `reason` is the phrase of the status line."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: Body = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request with its response."""

    request: Request
    response: Response


def body_bytes(body: Body) -> bytes:
    """A body's canonical bytes: compact JSON, UTF-8 text, or what it is."""
    if isinstance(body, bytes):
        return body
    text = body.text() if isinstance(body, Json) else body or ""
    return _SURROGATE.sub(escaped, text).encode("utf-8")


def escaped(match: re.Match[str]) -> str:
    """One character of a JSON text as an escape of its own, for `re.sub`."""
    # Only a string can hold such a character, and there an escape means the same (RFC 8259 section 7).
    return f"\\u{ord(match.group()):04x}"
