"""matching: requests are equal when what matters in them is, and the nearest one is found among many."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from goldtape.cassette.key import nearest, request_key, select
from goldtape.exchange.interaction import Json, body_bytes

URL = "http://shop.test/v1/orders"
JSON_TYPE = [("content-type", "application/json")]


def key(uri: str = URL, body: bytes | None = None, method: str = "POST", headers: Any = JSON_TYPE) -> str:
    return request_key(method, uri, headers, body)


def cookie(header: str) -> list[tuple[str, str]]:
    return select({"cookie": header}, {"cookie"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"body": b'{"a":1,"b":2}'}, {"body": b'{"b":2,"a":1}'}, id="key-order"),
        pytest.param({"body": b'{"a":[1,2]}'}, {"body": b'{\n  "a": [1, 2]\n}'}, id="white-space"),
        pytest.param({"body": '{"a":"é"}'.encode()}, {"body": b'{"a":"\\u00e9"}'}, id="escapes-in-json"),
        pytest.param({"body": b'{"a":1e2}'}, {"body": b'{"a":100.0}'}, id="one-float-spelt-twice"),
        pytest.param({"body": None}, {"body": b""}, id="no-body"),
        pytest.param({"headers": cookie("a=1; b=2")}, {"headers": cookie('b="2"; a=1')}, id="cookies"),
        pytest.param({"uri": f"{URL}?a=1&b=2"}, {"uri": f"{URL}?b=2&a=1"}, id="query-order"),
        pytest.param({"uri": f"{URL}?a=x%20y"}, {"uri": f"{URL}?a=x+y"}, id="space-in-query"),
        pytest.param({"uri": f"{URL}?a=%7Eb"}, {"uri": f"{URL}?a=~b"}, id="query-quoted-needlessly"),
        pytest.param({"uri": f"{URL}/%7Ebob"}, {"uri": f"{URL}/~bob"}, id="path-quoted-needlessly"),
        pytest.param({"uri": f"{URL}/caf%c3%a9"}, {"uri": f"{URL}/caf%C3%A9"}, id="path-hex-case"),
        pytest.param({"uri": f"{URL}/a:b@c"}, {"uri": f"{URL}/a%3Ab%40c"}, id="path-delimiters"),
        pytest.param({"uri": f"{URL}/a:b@c"}, {"uri": f"{URL}/a:b%40c"}, id="path-half-quoted"),
        pytest.param({"uri": f"{URL}/a\\b"}, {"uri": f"{URL}/a%5Cb?"}, id="path-quoted-too-little"),
    ],
)
def test_key_same_meaning_in_another_spelling_is_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What a client library may spell this way or that is one request."""
    assert key(**one) == key(**other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"method": "PUT"}, {"method": "PATCH"}, id="method"),
        pytest.param({"uri": "http://shop.test/a"}, {"uri": "http://shop-support.test/a"}, id="host"),
        pytest.param({"uri": "http://shop.test/a?"}, {"uri": "https://shop.test/a?"}, id="scheme"),
        pytest.param({"uri": f"{URL}/a%2Fb"}, {"uri": f"{URL}/a/b"}, id="slash-in-a-segment"),
        pytest.param({"uri": f"{URL}/a%3Fb"}, {"uri": f"{URL}/a?b"}, id="question-mark-in-a-segment"),
        pytest.param({"uri": f"{URL}/%2525"}, {"uri": f"{URL}/%25"}, id="quoted-twice"),
        pytest.param({"uri": f"{URL}/%FF"}, {"uri": f"{URL}/%FE"}, id="path-not-utf-8"),
        pytest.param({"uri": f"{URL}?a=%FF"}, {"uri": f"{URL}?a=%FE"}, id="query-not-utf-8"),
        pytest.param({"uri": f"{URL}/A"}, {"uri": f"{URL}/a"}, id="path-case"),
        pytest.param({"uri": f"{URL}?a=1&a=2"}, {"uri": f"{URL}?a=2&a=1"}, id="repeated-name-order"),
        pytest.param({"uri": f"{URL}?a=1"}, {"uri": f"{URL}?a=1&b="}, id="blank-parameter"),
        pytest.param({"uri": f"{URL}?a=1%26b=2"}, {"uri": f"{URL}?a=1&b=2"}, id="ampersand-in-a-value"),
        pytest.param({"headers": cookie("a=1; b=2")}, {"headers": cookie("a=2; b=1")}, id="values-of-cookies"),
        pytest.param({"headers": cookie("a=1; b=2")}, {"headers": cookie("a=1")}, id="a-cookie-fewer"),
        pytest.param({"body": b'{"n":1}'}, {"body": b'{"n":1.0}'}, id="integer-and-float"),
        pytest.param({"body": b'{"n":1}'}, {"body": b'{"n":"1"}'}, id="number-and-text"),
        pytest.param({"body": b'{"n":1}'}, {"body": b'{"n":true}'}, id="number-and-boolean"),
        pytest.param({"body": b'{"n":null}'}, {"body": b"{}"}, id="null-and-nothing"),
        pytest.param({"body": b'{"n":NaN}'}, {"body": b'{"n":null}'}, id="nan-and-null"),
        pytest.param({"body": b"[1,2]"}, {"body": b"[2,1]"}, id="list-order"),
        pytest.param(
            {"body": b'{"n":' + b"9" * 30 + b"1}"}, {"body": b'{"n":' + b"9" * 30 + b"2}"}, id="huge-last-digit"
        ),
        pytest.param({"body": b'{"n":9007199254740993}'}, {"body": b'{"n":9007199254740992}'}, id="beyond-float"),
        pytest.param(
            {"body": b'{"n":18446744073709551616}'}, {"body": b'{"n":1.8446744073709552e19}'}, id="huge-and-float"
        ),
        pytest.param({"body": b"a b", "headers": []}, {"body": b"a  b", "headers": []}, id="text-white-space"),
        pytest.param({"body": b"{broken"}, {"body": b"{broken "}, id="broken-json-white-space"),
        pytest.param({"body": b"\xff"}, {"body": b"\xfe"}, id="binary"),
        pytest.param({"headers": [("if-match", '"1"')]}, {"headers": [("if-match", '"2"')]}, id="if-match"),
        pytest.param({"headers": [("x-user-id", "alice")]}, {"headers": [("x-user-id", "bob")]}, id="actor"),
        pytest.param({"headers": [("x-user-id", "alice")]}, {"headers": []}, id="no-actor"),
        pytest.param({"body": b"{}"}, {"body": b"{}", "headers": [("content-type", "text/plain")]}, id="content-type"),
    ],
)
def test_key_another_meaning_is_another_key(one: dict[str, Any], other: dict[str, Any]) -> None:
    """A request that changed in anything that matters is never matched silently."""
    assert key(**one) != key(**other)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"b": 1e16, "a": "\xc3\xa9", "c": [1.5, -0.0, 1E-7]}', id="floats"),
        pytest.param(b'{"b": 10000000000000000.0, "a": "\xc3\xa9"}', id="float-of-many-digits"),
        pytest.param(b'{"b": 0.10000000000000000555, "a": "\xc3\xa9"}', id="float-of-needless-digits"),
        pytest.param(b'{"b": 123456789012345678901234567890, "a": "\xc3\xa9", "c": 1e16}', id="huge-integer"),
        pytest.param(b'{"b": "\\ud800", "a": "\xc3\xa9", "c": 1e16}', id="lone-surrogate"),
        pytest.param(b'{"b": "\\u2028", "a": "\\ud83d\\ude00"}', id="escaped"),
    ],
)
def test_key_body_as_sent_and_as_stored_is_equal(body: bytes) -> None:
    """However a client spells a JSON body, it matches what a cassette keeps of it, compact or pretty."""
    value = json.loads(body)

    assert key(body=body) == key(body=body_bytes(Json(value)))
    assert key(body=body) == key(body=json.dumps(value, indent=2, sort_keys=True).encode())


def test_select_keeps_named_headers_in_order() -> None:
    """Headers that do not matter are no part of a key, and their order is not either."""
    headers = {"x-user": "bob", "date": "today", "if-match": '"1"'}

    assert select(headers, frozenset({"x-user", "if-match", "prefer"})) == [("if-match", '"1"'), ("x-user", "bob")]


def order(number: int, unique: str, **changes: Any) -> bytes:
    """An order that shares all fields but one, `unique`, with all others."""
    fields = {"a": "first", "m": "middle", "z": "last"} | {unique: f"order {number * 7919 % 100_003}"} | changes
    return json.dumps(fields).encode()


RECORDED = {unique: [key(body=order(number, unique)) for number in range(10_000)] for unique in "amz"}
SENT = [
    pytest.param(unique, key(body=order(4321, unique, **{changed: "changed"})), id=f"changed-{changed}-unique-{unique}")
    for unique in "amz"
    for changed in "amz"
    if unique != changed
] + [
    pytest.param("m", key(body=order(4321, "m", m="order 16973, late")), id="unique-field-longer"),
    pytest.param("m", key(body=order(4321, "m", m="my order 16973")), id="unique-field-longer-in-front"),
    pytest.param("m", key(body=order(4321, "m", zz="new")), id="field-added"),
    pytest.param("m", key(body=order(4321, "m"), headers=[*JSON_TYPE, ("x-user", "bob")]), id="header-added"),
    pytest.param("m", key(uri=f"{URL}?dry=1", body=order(4321, "m")), id="query-added"),
    pytest.param("m", key(method="PUT", body=order(4321, "m")), id="method"),
]


@pytest.mark.parametrize(("unique", "sent"), SENT)
def test_nearest_of_ten_thousand_on_one_url_is_found_fast(unique: str, sent: str) -> None:
    """Whatever field of a request changed, the recording it came from is named, without a wait."""
    times_s = []
    for _ in range(5):
        started = time.perf_counter()
        found = nearest(sent, RECORDED[unique])
        times_s.append(time.perf_counter() - started)

    assert found == 4321
    assert min(times_s) < 0.2  # 20 ms is the promise; this only guards its order of magnitude


def test_nearest_of_equals_is_one_not_yet_played() -> None:
    """Among recordings that are alike the one still waiting is the likelier one."""
    keys = [key(body=b'{"n":1}'), key(body=b'{"n":1}')]

    assert nearest(key(body=b'{"n":2}'), keys, {0}) == 1
    assert nearest(key(body=b'{"n":2}'), keys, {1}) == 0


def test_nearest_of_nothing_is_none() -> None:
    """An empty cassette has no nearest recording."""
    assert nearest(key(), []) is None
