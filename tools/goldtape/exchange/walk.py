"""Read and change every string of an interaction, names included except those of headers.

A scalar comes with its name: the nearest header, parameter, form field or object key above it. The name is "" for a
segment of a path, a text, and an object key itself. Whoever needs other names gives a `Naming`. The pieces of a body of
bytes are read and changed like bodies of their own; those that cannot be read come as bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response, Side
from goldtape.exchange.pieces import Content, Piece, change_pieces, read_pieces

Naming = Callable[[str, Any, Any], str]
"""(name above, key or index, the object or list itself) -> the name of this member."""
Change = Callable[[str, Any], Any]
"""(name, scalar) -> scalar; the same object where nothing changes."""

FORM = "application/x-www-form-urlencoded"
# The characters that a path segment may hold unquoted, besides the unreserved ones (RFC 3986 section 3.3).
IN_SEGMENT = "!$&'()*+,;=:@"
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

_UUID = re.compile(UUID)
_UUID_LENGTH = 36


def request_leaves(request: Request) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for everything in a request: path, query, headers, body."""
    parts = urlsplit(request.uri)
    for segment in parts.path.split("/"):
        yield "", unquote(segment)
    yield from _pairs(parts.query)
    yield from request.headers.items()
    yield from body_leaves(request)


def response_leaves(response: Response) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for everything in a response: headers, body."""
    yield from response.headers.items()
    yield from body_leaves(response)


def by_key(above: str, key: Any, _: Any) -> str:
    """The naming that all use who do not say otherwise: the key in an object, the name above in a list."""
    return key if isinstance(key, str) else above


def body_leaves(side: Request | Response, naming: Naming = by_key) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for the fields of a form, the pieces of bytes, or the `leaves` of any other body."""
    if is_form(side):
        yield from _pairs(side.body)
    elif _in_pieces(side) is not None:
        for piece in pieces(side):
            if isinstance(piece.content, Json):
                yield from _json_leaves(piece.content.value, piece.name, naming)
            else:
                yield piece.name, piece.content
    else:
        yield from leaves(side.body, naming)


def pieces(side: Request | Response) -> list[Piece]:
    """The pieces of a body that has to be opened to be read; a text or parsed JSON is one."""
    content_type = side.headers.get("content-type", "")
    if (raw := _in_pieces(side)) is not None:
        return list(read_pieces(raw, content_type))
    return [] if side.body is None else [Piece("", side.body, content_type)]


def _in_pieces(side: Request | Response) -> bytes | None:
    """The bytes of a body that has to be opened to be read."""
    if isinstance(side.body, str) and side.headers.get("content-type", "").startswith("multipart/"):
        return side.body.encode("utf-8", "surrogatepass")
    return side.body if isinstance(side.body, bytes) else None


def leaves(body: Body, naming: Naming = by_key) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for everything in a body, keys sorted as in the goldens.

    A server may write the keys of an object in any order, and numbers by first appearance must not depend on it.
    Keys are yielded too, because a key can hold an id that a server minted.
    """
    if isinstance(body, Json):
        yield from _json_leaves(body.value, "", naming)
    elif isinstance(body, str):
        yield "", body


def _json_leaves(value: Any, name: str, naming: Naming) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key in sorted(value, key=_without_uuid):
            yield "", key
            yield from _json_leaves(value[key], naming(name, key, value), naming)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _json_leaves(item, naming(name, index, value), naming)
    else:
        yield name, value


def _without_uuid(key: str) -> str:
    # The order of random ids is random. Without them, keys keep the order in which the server wrote them.
    return _UUID.sub("", key) if len(key) >= _UUID_LENGTH else key


def is_form(side: Request | Response) -> bool:
    """Whether a body is the text of an HTML form."""
    return isinstance(side.body, str) and side.headers.get("content-type", "").lower().startswith(FORM)


def _pairs(text: Any) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def change_interaction(one: Interaction, change: Change, uri: Callable[[str], str] | None = None) -> Interaction:
    """Apply a change to a whole interaction; `uri`, if given, changes the whole URI instead of its parts."""
    return Interaction(change_request(one.request, change, uri), change_side(one.response, change))


def change_request(
    request: Request,
    change: Change,
    uri: Callable[[str], str] | None = None,
    header: Change | None = None,
    naming: Naming = by_key,
) -> Request:
    """Apply a change to URI, headers and body; `uri` and `header` are other changes for them."""
    # The URI comes first, because a change can number what it meets.
    changed = uri(request.uri) if uri else change_uri(request.uri, change)
    return replace(change_side(request, change, header, naming), uri=changed)


def change_side(side: Side, change: Change, header: Change | None = None, naming: Naming = by_key) -> Side:
    """Apply a change to the headers and the body of a request or response; `header` is another change of headers."""
    change_header = header or change
    headers = {name: change_header(name, value) for name, value in side.headers.items()}
    return replace(side, headers=headers, body=_change_body(side, change, naming))


def change_uri(uri: str, change: Change) -> str:
    """Apply a change to the unquoted segments and parameters of a URI; those that stay equal keep their spelling."""
    parts = urlsplit(uri)
    path = "/".join(_change_segment(segment, change) for segment in parts.path.split("/"))
    return urlunsplit(parts._replace(path=path, query=_change_pairs(parts.query, change)))


def change_json(value: Any, name: str, change: Change, naming: Naming = by_key) -> Any:
    """Apply a change to a parsed JSON value under the key `name`; the same object if nothing changes."""
    if isinstance(value, dict):
        pairs = [
            (change("", key), change_json(item, naming(name, key, value), change, naming))
            for key, item in value.items()
        ]
        same = all(
            new_key is key and new is item for (new_key, new), (key, item) in zip(pairs, value.items(), strict=True)
        )
        return value if same else _distinct(pairs)
    if isinstance(value, list):
        items = [change_json(item, naming(name, index, value), change, naming) for index, item in enumerate(value)]
        return value if all(a is b for a, b in zip(value, items, strict=True)) else items
    return change(name, value)


def _change_body(side: Request | Response, change: Change, naming: Naming) -> Body:
    body = side.body
    if isinstance(body, Json):
        return _change_content(Piece("", body), change, naming)
    if isinstance(body, str) and is_form(side):
        return _change_pairs(body, change)
    if (raw := _in_pieces(side)) is not None:
        content_type = side.headers.get("content-type", "")
        changed = change_pieces(raw, content_type, lambda piece: _change_content(piece, change, naming))
        if changed is raw:
            return body
        return changed.decode("utf-8", "surrogatepass") if isinstance(body, str) else changed
    return str(change("", body)) if isinstance(body, str) else body


def _change_content(piece: Piece, change: Change, naming: Naming) -> Content:
    if isinstance(piece.content, Json):
        value = change_json(piece.content.value, piece.name, change, naming)
        return piece.content if value is piece.content.value else Json(value)
    changed = change(piece.name, piece.content)
    return changed if isinstance(changed, bytes) else str(changed)


def _change_pairs(text: str, change: Change) -> str:
    pairs = _pairs(text)
    changed = [(str(change("", name)), str(change(name, value))) for name, value in pairs]
    return text if changed == pairs else urlencode(changed, safe="[]")


def _change_segment(segment: str, change: Change) -> str:
    plain = unquote(segment)
    changed = change("", plain)
    return segment if changed == plain else quote(changed, safe=IN_SEGMENT)


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these members; the second of two equal names gets the ending "~2"."""
    found: dict[str, Any] = {}
    for key, item in pairs:
        number, name = 1, key
        while name in found:
            number += 1
            name = f"{key}~{number}"
        found[name] = item
    return found
