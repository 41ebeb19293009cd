"""Redaction: find the secrets of a test, then remove them from every string of it, error messages included.

A secret is known by its name (of a header, a query parameter, a JSON or form field) or by its shape (a JWT, user info
in a URL). It is also removed where it is encoded (base64, percent-encoding, JSON).

A secret that the client sent becomes `[redacted]`. One that the server minted becomes `[redacted-1]`,
`[redacted-2]`, ... by first appearance: a replayed client can send it back, and two users stay two.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from goldtape.canonical.secret_names import SECRET_HEADERS, SecretNames
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.walk import body_leaves, change_json, change_request, change_side, change_uri, leaves

_REDACTED = re.compile(r"\[redacted(?:-\d+)?\]")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
_USERINFO = re.compile(r"(?<=://)([^\s/@:\"']*):([^\s/@\"']+)(?=@)")
_ANY_USERINFO = re.compile(r"(?<=://)[^/?#@]*@")
_SCHEME = re.compile(r"^(Bearer|Basic|Digest|Token|ApiKey|Negotiate)\s+(.+)$", re.IGNORECASE | re.DOTALL)
# For the quick look at a body whose bytes are read as latin-1: quoted names before a colon, also inside JSON strings;
# everything that `_USERINFO` finds, and more; escapes of a slash or of ASCII, which can hide a name or a shape.
_MEMBER_NAMES = re.compile(r'"(?=([^"]*+)"\s*:)', re.ASCII)
_LIKE_USERINFO = re.compile(r"://[^\s/@]*:[^\s/@]+@", re.ASCII)
_ESCAPE = re.compile(r"\\(?:/|u00[2-7])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
# A shorter secret is removed in its own place, but not in other strings: it could be any word.
_HUNTED_LENGTH = 6
# A name with its value in a text that is not JSON as a whole: a line of NDJSON or of an event stream, a part of a
# multipart form, an XML element.
_NAMED = (
    re.compile(r'"([^"\\]+)"\s*:\s*"((?:[^"\\]|\\.)+)"'),
    re.compile(r'name="([^"]+)"(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]+)'),
    re.compile(r"<([\w:.-]+)[^<>]*>([^<>]+)</"),
)


class Redactor:
    """The redaction of one test. It remembers the secrets that it has met, and who sent each first."""

    def __init__(self, names: SecretNames | None = None) -> None:
        self._names = names or SecretNames()
        self._known: dict[str, str] = {}
        self._minted = 0
        self._pattern: re.Pattern[str] | None = None

    def redact(self, interactions: Sequence[Interaction]) -> list[Interaction]:
        """Remove every secret of a test from all its interactions, which are in the order of their requests."""
        for one in interactions:
            self._meet(one.request)
            self._meet(one.response)
        requests = [self._clean_request(one.request) for one in interactions]
        responses = [change_side(one.response, self._clean_leaf, self._clean_header) for one in interactions]
        return list(map(Interaction, requests, responses))

    def redact_request(self, request: Request) -> Request:
        """Remove the secrets of one request before it is matched; `redact` gives the same result."""
        self._meet(request)
        return self._clean_request(request)

    def may_concern(self, uri: str, headers: Mapping[str, str], body: bytes | None) -> bool:
        """A quick look at a request: False only if `redact_request` would change nothing in it."""
        text, query = (body or b"").decode("latin-1"), uri.partition("?")[2]
        everything = "\n".join((uri, text, *map(str, headers.values())))
        return bool(
            self._known
            or headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            or "@" in uri
            or "#" in uri
            or "%" in query
            or "eyJ" in everything
            or _LIKE_USERINFO.search(everything)
            or ("\\" in text and _ESCAPE.search(text))
            or (("<" in text or 'name="' in text) and self._names.may_be_in(text))
            or any(map(self._is_secret_header, (*headers, *_MEMBER_NAMES.findall(text))))
            or (query and any(pair.partition("=")[0] in self._names for pair in query.split("&")))
        )

    def _is_secret_header(self, name: str) -> bool:
        return name in SECRET_HEADERS or name in self._names

    # ---------------------------------------------------------------- meeting secrets

    def _meet(self, side: Request | Response) -> None:
        for secret in self._secrets_of(side):
            if not secret or secret in self._known or _REDACTED.search(secret):
                continue
            self._minted += isinstance(side, Response)
            stand_in = f"[redacted-{self._minted}]" if isinstance(side, Response) else "[redacted]"
            for spelling in _spellings(secret):
                self._known.setdefault(spelling, stand_in)
            self._pattern = None

    def _secrets_of(self, side: Request | Response) -> Iterator[str]:
        for name, value in side.headers.items():
            if self._is_secret_header(name):
                yield from _header_secrets(name, value)
            yield from _shaped(value)
        if isinstance(side, Request):
            yield from _shaped(side.uri)
            for name, value in parse_qsl(urlsplit(side.uri).query):
                yield from self._field(name, value)
        for name, value in body_leaves(side):
            yield from self._field(name, value)

    def _field(self, name: str, value: Any) -> Iterator[str]:
        if name in self._names and not isinstance(value, bool | None):
            yield str(value)
        elif isinstance(value, str):
            yield from _shaped(value)
            inner_json = _inner_json(value)
            for inner_name, inner in leaves(inner_json):
                yield from self._field(inner_name, inner)
            if inner_json is None and self._names.may_be_in(value):
                pairs = (pair for pattern in _NAMED for pair in pattern.findall(value))
                yield from (secret for inner_name, secret in pairs if inner_name in self._names)

    # ---------------------------------------------------------------- removing them

    def _clean_request(self, request: Request) -> Request:
        return change_request(request, self._clean_leaf, uri=self._clean_uri, header=self._clean_header)

    def _clean_header(self, name: str, value: str) -> str:
        if self._is_secret_header(name):
            for secret in _header_secrets(name, value):
                if secret in self._known:  # however short it is: here it is the credential, as a whole word
                    word = rf"(?<![^\s=\"]){re.escape(secret)}(?![^\s;,\"])"
                    value = re.sub(word, self._known[secret], value)
        return self._clean_text(value)

    def _clean_uri(self, uri: str) -> str:
        if not self._known and "@" not in uri:
            return uri
        # User info is removed: clients send it as a header, and brackets are not allowed in its place.
        return change_uri(self._clean_text(_ANY_USERINFO.sub("", uri)), self._clean_leaf)

    def _clean_leaf(self, name: str, value: Any) -> Any:
        if name in self._names and value != "" and not isinstance(value, bool | None):
            text = str(value)
            return text if _REDACTED.fullmatch(text) else self._known.get(text, "[redacted]")
        if not isinstance(value, str):
            return value
        if inner := _inner_json(value):
            cleaned = change_json(inner.value, "", self._clean_leaf)
            if cleaned is not inner.value:
                return json.dumps(cleaned, ensure_ascii=False)
        return self._clean_text(value)

    def _clean_text(self, text: str) -> str:
        if not self._known:
            return text
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            hunted = [re.escape(secret) for secret in longest_first if len(secret) >= _HUNTED_LENGTH]
            self._pattern = re.compile("|".join(hunted) or r"(?!)")
        cleaned = self._pattern.sub(lambda match: self._known[match.group()], text)
        return _BASE64.sub(self._clean_packed, cleaned)

    def _clean_packed(self, match: re.Match[str]) -> str:
        """Remove a base64 word in which a secret is encoded together with something else, such as a user's name."""
        assert self._pattern is not None
        found = self._pattern.search(_decoded(match.group()))
        return self._known[found.group()] if found else match.group()


def _inner_json(text: str) -> Json | None:
    """The object or array whose JSON text a string is, or None."""
    with suppress(ValueError):
        return Json(json.loads(text)) if text.startswith(("{", "[")) else None
    return None


def _header_secrets(name: str, value: str) -> Iterator[str]:
    if name in ("cookie", "set-cookie"):
        for part in re.split(r"[;,]\s*", value):
            key, _, cookie = part.partition("=")
            if key.lower() not in ("path", "domain", "expires", "max-age", "samesite", "version"):
                yield cookie.strip('"')
        return
    scheme = _SCHEME.match(value)
    credential = scheme.group(2) if scheme else value
    yield credential
    if scheme and scheme.group(1).lower() == "basic":
        yield _decoded(credential).partition(":")[2]


def _shaped(text: str) -> Iterator[str]:
    yield from _JWT.findall(text)
    for user, password in _USERINFO.findall(text):
        yield f"{user}:{password}"
        yield password
        yield unquote(password)


def _spellings(secret: str) -> Iterator[str]:
    """The secret itself, as a JSON string, percent-encoded, and in both base64 alphabets with and without padding."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret, safe="")
    if len(secret) >= _HUNTED_LENGTH:
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(secret.encode()).decode()
            yield encoded
            yield encoded.rstrip("=")


def _decoded(text: str) -> str:
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""
