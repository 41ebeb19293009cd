"""wire: what vcrpy hands over becomes an interaction without the noise of the transport."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any

import pytest
from vcr.request import Request as VcrRequest

from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.wire import (
    BOUNDARY,
    read_body,
    read_request,
    read_response,
    select_headers,
    substitute,
    substitutions_for,
)

LIVE, CANONICAL = "http://127.0.0.1:43211", "http://shop.test"
ORDER: dict[str, Any] = {"id": 1, "name": "é"}


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        pytest.param("gzip", gzip.compress, id="gzip"),
        pytest.param("deflate", zlib.compress, id="deflate"),
        pytest.param("gzip, deflate", lambda raw: zlib.compress(gzip.compress(raw)), id="both"),
        pytest.param("identity", lambda raw: raw, id="identity"),
    ],
)
def test_read_response_encoded_body_is_decoded(encoding: str, pack: Any) -> None:
    """A content encoding is undone, and the header that speaks of it goes with it."""
    headers = {"Content-Type": ["application/json"], "Content-Encoding": [encoding]}
    status = {"code": 200, "message": "OK"}

    read = read_response({"status": status, "headers": headers, "body": {"string": pack(json.dumps(ORDER).encode())}})

    assert read == Response(200, "OK", {"content-type": "application/json"}, Json(ORDER))


def test_read_request_multipart_boundary_is_settled() -> None:
    """The boundary that a client draws at random becomes the same one in header and body."""
    body = b'--a1b2\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--a1b2--\r\n'
    sent = VcrRequest("POST", f"{CANONICAL}/files", body, {"Content-Type": 'multipart/form-data; boundary="a1b2"'})

    read = read_request(sent)

    assert BOUNDARY in read.headers["content-type"]
    assert isinstance(read.body, str)
    assert read.body.startswith(f"--{BOUNDARY}\r\n")
    assert "a1b2" not in f"{read.headers} {read.body}"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"id": 1}', id="bytes"),
        pytest.param('{"id": 1}', id="text"),
        pytest.param(io.BytesIO(b'{"id": 1}'), id="file"),
        pytest.param(iter([b'{"id"', b": 1}"]), id="parts"),
    ],
)
def test_read_request_any_form_of_body_is_read(body: Any) -> None:
    """Whatever a client library hands to vcrpy as a body, the interaction holds what travelled."""
    read = read_request(VcrRequest("post", f"{CANONICAL}/orders", body, {"Content-Type": "application/json"}))

    assert read == Request("POST", f"{CANONICAL}/orders", {"content-type": "application/json"}, Json({"id": 1}))


@pytest.mark.parametrize(
    ("raw", "content_type", "body"),
    [
        pytest.param(b'{"a": [1]}', "application/json", Json({"a": [1]}), id="json"),
        pytest.param(b'{"a": 1}', "application/problem+json", Json({"a": 1}), id="json-by-suffix"),
        pytest.param(b"[1]", "", "[1]", id="no-type"),
        pytest.param(b'{"a": 1}', "text/plain", '{"a": 1}', id="text-that-looks-like-json"),
        pytest.param(b'{"a": 1, "a": 2}', "application/json", '{"a": 1, "a": 2}', id="repeated-key"),
        pytest.param(b'{"a": NaN}', "application/json", '{"a": NaN}', id="nan"),
        pytest.param(b'{"a": -Infinity}', "application/json", '{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1e400}', "application/json", '{"a": 1e400}', id="number-beyond-float"),
        pytest.param(b'{"a": ', "application/json", '{"a": ', id="broken-json"),
        pytest.param(b"\xff\xfe", "application/json", b"\xff\xfe", id="not-utf-8"),
        pytest.param(b"", "application/json", None, id="empty"),
        pytest.param(
            b"123456789012345678901234567890", "application/json", Json(123456789012345678901234567890), id="long"
        ),
    ],
)
def test_read_body_is_parsed_only_where_it_keeps_its_meaning(raw: bytes, content_type: str, body: Any) -> None:
    """JSON is parsed; what JSON cannot hold without loss stays text, and what is no text stays bytes."""
    read, _ = read_body(raw, {"content-type": content_type} if content_type else {})

    assert read == body
    assert type(read) is type(body)


def live_interaction(text: str) -> Interaction:
    """An interaction that names its own address, as `text` spells it, in every place."""
    return Interaction(
        Request("GET", f"{text}/a", {"referer": f"{text}/"}, Json({text: [text]})),
        Response(201, "Created", {"location": f"{text}/orders/1"}, Json({"next": f"see {text}/b", "n": 1})),
    )


@pytest.mark.parametrize(
    ("live", "canonical"),
    [
        pytest.param(LIVE, CANONICAL, id="url"),
        pytest.param("127.0.0.1:43211", "shop.test", id="host-alone"),
        pytest.param("http%3A%2F%2F127.0.0.1%3A43211", "http%3A%2F%2Fshop.test", id="quoted"),
    ],
)
def test_substitute_live_address_gives_the_canonical_one_everywhere(live: str, canonical: str) -> None:
    """URI, headers, bodies and the keys in them: nothing tells where the service ran."""
    pairs = substitutions_for(f"{LIVE}/", CANONICAL)

    assert substitute(live_interaction(live), pairs) == live_interaction(canonical)


def test_substitute_longer_address_goes_first() -> None:
    """A deployment below a path loses the path too, not only its host."""
    pairs = substitutions_for("https://example.test/shop", CANONICAL)

    one = substitute(live_interaction("https://example.test/shop"), pairs)

    assert one == live_interaction(CANONICAL)


def test_select_headers_keeps_what_matters_in_order() -> None:
    """Only the allow-list and what a system adds to it stays, in alphabetical order."""
    headers = {"x-user": "bob", "user-agent": "x", "date": "today", "content-type": "text/plain", "etag": '"1"'}

    one = select_headers(Interaction(Request("GET", "/", headers), Response(200, "OK", headers)), ["x-user"], ["date"])

    assert list(one.request.headers) == ["content-type", "x-user"]
    assert list(one.response.headers) == ["content-type", "date", "etag"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param({"b": 1, "a": "é"}, '{"b": 1, "a": "é"}', id="mapping"),
        pytest.param([("a", "1"), ("a", b"2")], '[["a", "1"], ["a", "2"]]', id="pairs"),
        pytest.param([1, 11], "[1, 11]", id="list"),
        pytest.param(bytearray(b"abc"), "abc", id="bytearray"),
    ],
)
def test_read_request_body_not_yet_encoded_keeps_its_values(body: Any, text: str) -> None:
    """aiohttp's stub hands over what the test gave, before aiohttp encodes it."""
    assert read_request(VcrRequest("POST", CANONICAL, body, {})).body == text


def test_read_response_body_decoded_already_is_kept() -> None:
    """aiohttp and requests undo a content encoding before vcrpy sees the body; the header is still there."""
    headers = {"Content-Type": ["application/json"], "Content-Encoding": ["gzip"]}
    response = {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": b'{"a": 1}'}}

    assert read_response(response) == Response(200, "OK", {"content-type": "application/json"}, Json({"a": 1}))
