"""wire: what vcrpy hands over becomes an interaction without the noise of the transport."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any

import pytest
from vcr.request import Request as VcrRequest

from goldtape.cassette.wire import read_request, read_response
from goldtape.exchange.body import BOUNDARY
from goldtape.exchange.interaction import Json, Request, Response

CANONICAL = "http://shop.test"
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
