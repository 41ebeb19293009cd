"""Redaction: find the secrets of a test, then remove them from every string of it, error messages included.

A secret is known by its name (of a header, a parameter, a field, or of a pair inside a text: `secret_names`,
`secret_texts`), by its shape (`secret_shapes`), and by its value once it was met (`known`). The name of an object is
the name of everything in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import repeat
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from goldtape.canonical.known import REDACTED, Known, Secret
from goldtape.canonical.secret_names import SECRET_HEADERS, SecretNames, is_harmless, may_count
from goldtape.canonical.secret_shapes import find_shapes, may_be_in_uri, may_hold, merged, unpack
from goldtape.canonical.secret_texts import Span, find_named
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.runs import change_runs, read_runs
from goldtape.exchange.walk import body_leaves, change_json, change_request, change_side, change_uri, leaves

_ANY_USERINFO = re.compile(r"(?<=://)[^/?#@]*@")
_SCHEME = re.compile(r"^(Bearer|Basic|Digest|Token|ApiKey|Negotiate)\s+(.+)$", re.IGNORECASE | re.DOTALL)
# Members of an object that give another member its name, and the members that get it.
_LABELS = ("name", "key", "variable", "header", "field", "param", "parameter", "property", "setting", "option", "id")
_LABELLED = frozenset({"value", "val", "content", "data", "default", "text", "string"})
_COLUMNS, _ROWS = ("columns", "fields", "headers", "header"), frozenset({"rows", "values", "data", "records"})
# Parameters of a URL that carry a credential if they are long: an API key, an authorization code.
_LONG_PARAMETER = re.compile(r"[?&#](key|code)=([^&#\s\"'<>]{12,})")
# A value that a text calls a secret is hunted elsewhere only if it cannot be a word of the language.
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Redactor:
    """The redaction of one test. It remembers the secrets that it has met, in `met` too, and who sent each first."""

    def __init__(self, names: SecretNames | None = None, met: set[str] | None = None) -> None:
        self._names = names or SecretNames()
        self.known = Known(self._names, met)
        self._is_quiet = lru_cache(maxsize=1024)(self._looks_quiet)

    def redact(self, interactions: Sequence[Interaction], origins: Sequence[str] = ()) -> list[Interaction]:
        """Remove every secret of a test from all its interactions, which are in the order of their requests.

        `origins` are those of the interactions, empty if all are the test's own.
        """
        for one, self.known.origin in zip(interactions, origins or repeat(""), strict=False):
            self._meet(one.request)
            self._meet(one.response)
        requests = [self._clean_request(one.request) for one in interactions]
        responses = [
            change_side(one.response, self._clean_leaf, self._clean_header, self._naming) for one in interactions
        ]
        return list(map(Interaction, requests, responses))

    def redact_request(self, request: Request) -> Request:
        """Remove the secrets of one request before it is matched; `redact` gives the same result."""
        self._meet(request)
        return self._clean_request(request)

    def redact_text(self, text: str, met: Iterable[str] = ()) -> str:
        """Remove the secrets of a text that is no part of an exchange, a test's id or a log; those of `met` too."""
        for secret in met:
            self.known.add(secret, minted=False)
        self._learn(self._text_secrets("", text), minted=False)
        return str(self._clean_leaf("", text))

    def may_concern(self, uri: str, headers: Mapping[str, str]) -> bool:
        """A quick look at URI and headers: False only if `redact_request` would change nothing in them."""
        path, _, query = uri.partition("://")[2].partition("?")
        return bool(
            self.known
            or "@" in uri
            or "#" in uri
            or "%" in uri
            or "=" in path
            or ":" in path.partition("/")[2]
            or may_be_in_uri(uri)
            or (query and not all(map(self._is_quiet, *zip(*map(_pair, query.split("&")), strict=True))))
            or not all(map(self._is_quiet, headers, headers.values()))
        )

    def _looks_quiet(self, name: str, value: str) -> bool:
        if self._is_secret_header(name) or may_hold(value):
            return False
        return not (len(value) > 11 and name in ("key", "code")) and not self._names.may_be_in(value)

    def _is_secret_header(self, name: str) -> bool:
        return name in SECRET_HEADERS or name in self._names

    # ---------------------------------------------------------------- the name of a value

    def _naming(self, above: str, key: Any, holder: Any) -> str:
        """The name of a member: its key, unless the object above is a secret, or another member names it."""
        if not isinstance(key, str):
            return self._naming_in_list(above, key, holder)
        if key in self._names:
            return key
        if above in self._names:
            return key if is_harmless(key) else above
        if key.lower() in _LABELLED:
            for label in _LABELS:
                named = holder.get(label, holder.get(label.capitalize()))
                if isinstance(named, str) and named in self._names:
                    return named
        if key.lower() in _ROWS:
            for columns in (holder.get(name) for name in _COLUMNS):
                if isinstance(columns, list) and any(isinstance(one, str) and one in self._names for one in columns):
                    return _Row.of(key, columns)
        return key

    def _naming_in_list(self, above: str, index: int, holder: list[Any]) -> str:
        if isinstance(above, _Row):
            return above if isinstance(holder[index], list) else above.column(index)
        if isinstance(above, _Pair):
            return str(holder[0]) if index else ""
        if all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in holder):
            return _Pair(above)
        # One of `tokens` is a token, also if it is a number.
        return above[:-1] if above[-1:] == "s" and above in self._names and above[:-1] in self._names else above

    def _is_secret(self, name: str, value: Any) -> bool:
        """Whether the name of a value makes it a secret. That there is one, or how many, is behaviour."""
        if name not in self._names or value == "" or isinstance(value, bool | bytes | None):
            return False
        return isinstance(value, str) or not may_count(name)

    # ---------------------------------------------------------------- meeting secrets

    def _meet(self, side: Request | Response) -> None:
        self._learn(self._secrets_of(side), minted=isinstance(side, Response))

    def _learn(self, secrets: Iterator[tuple[Secret, bool]], *, minted: bool) -> None:
        for secret, hunted in secrets:
            self.known.add(secret, minted=minted, hunted=hunted)

    def _secrets_of(self, side: Request | Response) -> Iterator[tuple[Secret, bool]]:
        for name, value in side.headers.items():
            if self._is_secret_header(name):
                yield from ((secret, True) for secret in _credentials(name, value))
            yield from self._text_secrets(name, value)
        if isinstance(side, Request):
            yield from self._uri_secrets(side.uri)
        for name, value in body_leaves(side, self._naming):
            yield from self._field(name, value)

    def _uri_secrets(self, uri: str) -> Iterator[tuple[Secret, bool]]:
        yield from ((uri[start:end], True) for start, end in find_shapes(uri))
        yield from ((unquote(uri[start:end]), True) for start, end in self._long_parameters(uri))
        parts = urlsplit(uri)
        for segment in parts.path.split("/"):
            yield from self._field("", unquote(segment))
        for name, value in parse_qsl(parts.query):
            yield from self._field(name, value)

    def _long_parameters(self, text: str) -> Iterator[Span]:
        if "=" in text:
            yield from (one.span(2) for one in _LONG_PARAMETER.finditer(text) if not self._names.spare(one[1]))

    def _field(self, name: str, value: Any) -> Iterator[tuple[Secret, bool]]:
        if self._is_secret(name, value):
            yield from ((secret, True) for secret in (_credentials("", value) if isinstance(value, str) else [value]))
        elif isinstance(value, str):
            if (inner := _inner_json(value)) is not None:
                for inner_name, inner_value in leaves(inner, self._naming):
                    yield from self._field(inner_name, inner_value)
            else:
                yield from self._text_secrets(name, value)
        elif isinstance(value, bytes):
            for text in read_runs(value):
                yield from self._text_secrets("", text)

    def _text_secrets(self, name: str, text: str) -> Iterator[tuple[Secret, bool]]:
        found = [] if self._names.spare(name) else self._find(text)
        for start, end in (*merged(found), *found):
            yield _typed(text, start, end), not _WORD.fullmatch(text[start:end])

    def _find(self, text: str) -> list[Span]:
        """Where the secrets of a text stand, in order; they can overlap."""
        found = [*find_shapes(text), *self._long_parameters(text)]
        if self._names.may_be_in(text):
            found += find_named(text, self._names)
        return sorted(set(found))

    # ---------------------------------------------------------------- removing them

    def _clean_request(self, request: Request) -> Request:
        return change_request(request, self._clean_leaf, self._clean_uri, self._clean_header, self._naming)

    def _clean_header(self, name: str, value: str) -> str:
        if self._is_secret_header(name):
            for secret in _credentials(name, value):
                if secret in self.known:  # however short it is: here it is the credential, as a whole word
                    word = rf"(?<![^\s=\"]){re.escape(secret)}(?![^\s;,\"])"
                    value = str(self.known.stand_in(secret)).join(re.split(word, value))
        return self._clean_text(value, name)

    def _clean_uri(self, uri: str) -> str:
        if not self.known and "@" not in uri:
            return uri
        # User info is removed: clients send it as a header, and brackets are not allowed in its place.
        return change_uri(self.known.clean(_ANY_USERINFO.sub("", uri)), self._clean_leaf)

    def _clean_leaf(self, name: str, value: Any) -> Any:
        if self._is_secret(name, value):
            if isinstance(value, str) and (scheme := _SCHEME.match(value)):
                return f"{scheme[1]} {self.known.stand_in(scheme[2])}"
            return self.known.stand_in(value)
        if isinstance(value, bytes):
            return self.known.clean_bytes(change_runs(value, self._clean_spans))
        if not isinstance(value, str):
            return value
        if (inner := _inner_json(value)) is not None:
            changed = change_json(inner.value, "", self._clean_leaf, self._naming)
            return value if changed is inner.value else json.dumps(changed, ensure_ascii=False)
        return self._clean_text(value, name)

    def _clean_text(self, text: str, name: str = "") -> str:
        if not self.known:
            return text
        return self.known.clean(text if self._names.spare(name) else self._clean_spans(text))

    def _clean_spans(self, text: str) -> str:
        for start, end in reversed(merged(self._find(text))):
            if not REDACTED.search(text[start:end]):
                text = f"{text[:start]}{self.known.stand_in(_typed(text, start, end))}{text[end:]}"
        return text


class _Pair(str):
    """The name of a list of pairs: the first of two names the second."""


class _Row(str):
    """The name of the rows of a table: each value of a row has the name of its column."""

    columns: Sequence[Any] = ()

    @classmethod
    def of(cls, name: str, columns: Sequence[Any]) -> _Row:
        row = cls(name)
        row.columns = columns
        return row

    def column(self, index: int) -> str:
        name = self.columns[index] if index < len(self.columns) else ""
        return name if isinstance(name, str) else ""


def _typed(text: str, start: int, end: int) -> Secret:
    """The secret at this place of a text; digits without quotes around them are a number."""
    secret = text[start:end]
    return int(secret) if _NUMBER.fullmatch(secret) and text[start - 1 : start] not in ('"', "'") else secret


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _inner_json(text: str) -> Json | None:
    """The object or array whose JSON text a string is, or None."""
    with suppress(ValueError):
        return Json(json.loads(text)) if text.lstrip().startswith(("{", "[")) else None
    return None


def _credentials(name: str, value: str) -> Iterator[str]:
    """The credentials in the value of a header or field that is a secret."""
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
        yield unpack(credential).partition(":")[2]
