"""Read and change every string of an interaction, names included except those of headers.

A scalar comes with its name: the nearest header, parameter or object key above it. The name is "" for a segment of a
path, a text, and an object key itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response, Side

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


def body_leaves(side: Request | Response) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for the fields of a form, or the `leaves` of any other body."""
    yield from _pairs(side.body) if is_form(side) else leaves(side.body)


def leaves(body: Body) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for everything in a body, keys sorted as in the goldens.

    A server may write the keys of an object in any order, and numbers by first appearance must not depend on it.
    Keys are yielded too, because a key can hold an id that a server minted.
    """
    if isinstance(body, Json):
        yield from _json_leaves(body.value, "")
    elif isinstance(body, str):
        yield "", body


def _json_leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key in sorted(value, key=_without_uuid):
            yield "", key
            yield from _json_leaves(value[key], key)
    elif isinstance(value, list):
        for item in value:
            yield from _json_leaves(item, name)
    else:
        yield name, value


def _without_uuid(key: str) -> str:
    # The order of random ids is random. Without them, keys keep the order in which the server wrote them.
    return _UUID.sub("", key) if len(key) >= _UUID_LENGTH else key


def is_form(side: Request | Response) -> bool:
    """Whether a body is the text of an HTML form."""
    return isinstance(side.body, str) and side.headers.get("content-type", "").startswith(FORM)


def _pairs(text: Any) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def change_interaction(one: Interaction, change: Change, uri: Callable[[str], str] | None = None) -> Interaction:
    """Apply a change to a whole interaction; `uri`, if given, changes the whole URI instead of its parts."""
    return Interaction(change_request(one.request, change, uri), change_side(one.response, change))


def change_request(
    request: Request, change: Change, uri: Callable[[str], str] | None = None, header: Change | None = None
) -> Request:
    """Apply a change to URI, headers and body; `uri` and `header` are other changes for them."""
    # The URI comes first, because a change can number what it meets.
    changed = uri(request.uri) if uri else change_uri(request.uri, change)
    return replace(change_side(request, change, header), uri=changed)


def change_side(side: Side, change: Change, header: Change | None = None) -> Side:
    """Apply a change to the headers and the body of a request or response; `header` is another change of headers."""
    change_header = header or change
    headers = {name: change_header(name, value) for name, value in side.headers.items()}
    return replace(side, headers=headers, body=_change_body(side, change))


def change_uri(uri: str, change: Change) -> str:
    """Apply a change to the unquoted segments and parameters of a URI; those that stay equal keep their spelling."""
    parts = urlsplit(uri)
    path = "/".join(_change_segment(segment, change) for segment in parts.path.split("/"))
    return urlunsplit(parts._replace(path=path, query=_change_pairs(parts.query, change)))


def change_json(value: Any, name: str, change: Change) -> Any:
    """Apply a change to a parsed JSON value under the key `name`; the same object if nothing changes."""
    if isinstance(value, dict):
        pairs = [(change("", key), change_json(item, key, change)) for key, item in value.items()]
        same = all(
            new_key is key and new is item for (new_key, new), (key, item) in zip(pairs, value.items(), strict=True)
        )
        return value if same else _distinct(pairs)
    if isinstance(value, list):
        items = [change_json(item, name, change) for item in value]
        return value if all(a is b for a, b in zip(value, items, strict=True)) else items
    return change(name, value)


def _change_body(side: Request | Response, change: Change) -> Body:
    body = side.body
    if isinstance(body, Json):
        value = change_json(body.value, "", change)
        return body if value is body.value else Json(value)
    if isinstance(body, str):
        return _change_pairs(body, change) if is_form(side) else str(change("", body))
    return body


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
