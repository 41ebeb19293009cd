"""vcrpy's requests and responses -> interactions.

What is noise on every recording goes here: the address of the machine that answered (the canonical host stands for
it), content encodings, multipart boundaries, and every header that is not on the allow-list.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import httpx
from vcr.request import Request as VcrRequest

from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response, rewrite

REQUEST_HEADERS = frozenset(
    {"content-type", "if-match", "if-none-match", "authorization", "idempotency-key", "prefer", "range"}
)
RESPONSE_HEADERS = frozenset({"content-type", "etag", "location", "retry-after", "allow", "www-authenticate", "link"})
BOUNDARY = "goldtape-boundary"

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)"?')


@dataclass(frozen=True, slots=True)
class Substitution:
    """A live text and what goldens hold in its place: an address, or a value unique to this run."""

    live: str
    canonical: str


def substitutions_for(live: str, canonical: str) -> list[Substitution]:
    """The substitutions that turn a deployment's base URL into the canonical host, longest first."""
    base, host = live.rstrip("/"), urlsplit(live).netloc
    return [Substitution(base, canonical), Substitution(host, urlsplit(canonical).netloc)]


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


def substitute(one: Interaction, pairs: Sequence[Substitution]) -> Interaction:
    """Put the canonical text in place of the live one, in every string of an interaction."""
    if not pairs:
        return one
    # In a URI the same text can stand percent-encoded.
    quoted = [Substitution(quote(pair.live, safe=""), quote(pair.canonical, safe="")) for pair in pairs]
    ordered = sorted({*pairs, *quoted}, key=lambda pair: (-len(pair.live), pair.live))

    def change(name: str, value: Any) -> Any:
        if isinstance(value, str):
            for pair in ordered:
                if pair.live in value:
                    value = value.replace(pair.live, pair.canonical)
        return value

    request, response = one.request, one.response
    return Interaction(
        replace(
            request,
            uri=change("", request.uri),
            headers={name: change(name, value) for name, value in request.headers.items()},
            body=rewrite(request.body, change),
        ),
        replace(
            response,
            headers={name: change(name, value) for name, value in response.headers.items()},
            body=rewrite(response.body, change),
        ),
    )


def select_headers(one: Interaction, request: Iterable[str], response: Iterable[str]) -> Interaction:
    """Keep the headers that matter: the defaults and the given ones, in alphabetical order."""
    sent, received = REQUEST_HEADERS.union(request), RESPONSE_HEADERS.union(response)
    return Interaction(
        replace(one.request, headers=_only(one.request.headers, sent)),
        replace(one.response, headers=_only(one.response.headers, received)),
    )


def parse_body(text: str, content_type: str) -> Body:
    """JSON when the content type says so and the text keeps its meaning when parsed; else the text itself."""
    if "json" not in content_type:
        return text
    try:
        return Json(json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite))
    except ValueError:
        return text


def read_body(raw: bytes | None, headers: dict[str, str]) -> tuple[Body, dict[str, str]]:
    """Undo the content encoding, settle the multipart boundary, and parse; gives the headers that remain true."""
    if not raw:
        return None, headers
    if encoding := headers.get("content-encoding"):
        headers = {name: value for name, value in headers.items() if name != "content-encoding"}
        with suppress(httpx.DecodingError):  # aiohttp and requests hand vcrpy what they have decoded already
            raw = httpx.Response(200, headers={"content-encoding": encoding}, content=raw).content
    content_type = headers.get("content-type", "")
    if content_type.startswith("multipart/") and (boundary := _BOUNDARY.search(content_type)):
        raw = raw.replace(boundary.group(1).encode(), BOUNDARY.encode())
        headers = headers | {"content-type": content_type.replace(boundary.group(1), BOUNDARY)}
    try:
        return parse_body(raw.decode("utf-8"), content_type), headers
    except UnicodeDecodeError:
        return raw, headers


def _only(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: headers[name] for name in sorted(headers) if name in names}


def _raw(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return bytes(body.read())
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, Mapping | list | tuple | int | float):  # what aiohttp is given, before it encodes it
        value = list(body.items()) if isinstance(body, Mapping) and not isinstance(body, dict) else body
        return json.dumps(value, default=_text, ensure_ascii=False).encode()
    return b"".join(part if isinstance(part, bytes) else str(part).encode() for part in body)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


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
    raise ValueError(f"{number} is no number that JSON and a float can both hold (RFC 8259 section 6)")
