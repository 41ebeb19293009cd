"""An interaction: one HTTP request with its response, free of any client library.

The other rooms work on these values only, so each rule is written once, for cassettes and snapshots.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

_SURROGATE = re.compile("[\ud800-\udfff]")

NO_ANSWER = re.compile(r"[A-Za-z]\w{5,}(?: after \d[\d.e+-]* s)?", re.ASCII)  # longer than "null", "false"
"""What a client raised for want of an answer: the class of its error and, of a timeout, the limit that it had set."""

UNANSWERED = 599
"""The status that stands in a cassette for no answer, which stock vcrpy plays; no RFC gives it a meaning."""


@dataclass(frozen=True, slots=True)
class Json:
    """A parsed JSON body. Bodies that differ in white space only are equal."""

    value: Any

    def text(self) -> str:
        """The value as compact JSON: sorted keys, no spaces, non-ASCII characters as they are."""
        return json.dumps(self.value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


Body = Json | str | bytes | None
"""Parsed JSON, or else decoded text, or else bytes; None for an empty body."""


@dataclass(frozen=True, slots=True)
class Request:
    """A sent request. Header names are lower case, repeated headers are joined with a comma (RFC 9110 5.3)."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: Body = None


@dataclass(frozen=True, slots=True)
class Response:
    """A received response. Headers as in `Request`; `reason` is the phrase of the status line.

    When the request was not `answered`, it is what `unanswered` makes.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: Body = None
    answered: bool = True


def unanswered(why: str) -> Response:
    """What stands beside a request that got no answer; `why` is a text such as `NO_ANSWER` describes."""
    return Response(UNANSWERED, why, {}, answered=False)


Side = TypeVar("Side", Request, Response)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request with its response, or with what stands for none."""

    request: Request
    response: Response


def body_bytes(body: Body) -> bytes:
    """The bytes of a body: compact JSON, text in UTF-8, or its own bytes."""
    if isinstance(body, bytes):
        return body
    text = body.text() if isinstance(body, Json) else body or ""
    return _SURROGATE.sub(escaped, text).encode("utf-8")


def escaped(match: re.Match[str]) -> str:
    """The JSON escape of one character, for `re.sub`."""
    # Only a JSON string can hold such a character, and there the escape means the same (RFC 8259 section 7).
    return f"\\u{ord(match.group()):04x}"
