"""body: what travelled is parsed where parsing keeps its meaning."""

from __future__ import annotations

from typing import Any

import pytest

from goldtape.exchange.body import parse_body, read_body
from goldtape.exchange.interaction import Json


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


def test_json_that_is_too_deep_to_parse_stays_text() -> None:
    """It is what the service sent, and no reason for the engine to end."""
    assert parse_body("[" * 100_000, "application/json") == "[" * 100_000
