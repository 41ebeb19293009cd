"""A test that sends another request is red, in replay as in verify; what stays green has a reason.

The reasons are a golden, `changed_requests_green.txt`: a change that nobody notices any more is a line in its diff.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from vcr.request import Request as VcrRequest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.faults import UnmatchedRequest
from goldtape.cassette.replay import ReplayCassette
from goldtape.cassette.wire import read_request
from goldtape.exchange.interaction import Interaction, Json, Response
from goldtape.goldens import transcript
from goldtape.verdict import drift

from ..made import config, stored

GREEN = Path(__file__).with_name("changed_requests_green.txt")
Headers = dict[str, str]


@dataclass(frozen=True)
class Sent:
    """A request as a client sends it."""

    method: str
    uri: str
    headers: Headers
    body: bytes | None = None

    def to_vcr(self) -> VcrRequest:
        return VcrRequest(self.method, self.uri, self.body, dict(self.headers))


URL = "http://shop.test/v1/orders"
ORDER: dict[str, Any] = {
    "item": "book",
    "count": 1,
    "price": 9.5,
    "gift": True,
    "note": None,
    "tags": ["new", "blue"],
    "to": {"name": "Ann", "zip": "0815"},
    "id": "6f1ed002-ab59-4b5e-9e6f-0242ac120002",
    "at": "2026-03-01T10:00:00.123456Z",
    "password": "pw-0815-pw",
    "apiKeys": [],
}
CREDENTIALS = {
    "authorization": "Bearer tok-0815-4711",
    "x-api-key": "key-0815-4711",
    "cookie": "session=s-0815-4711; theme=dark-0815",
    "x-csrf-token": "csrf-0815-4711",
    "proxy-authorization": "Basic YW5uOnB3LTQ3MTEtcHc=",
}
POST = Sent(
    "POST",
    f"{URL}/a%20b?limit=10&tag=x&tag=y&empty=",
    {
        "content-type": "application/json",
        "x-user": "bob",
        "if-match": '"v1"',
        "idempotency-key": "k-1",
        "prefer": "return=minimal",
        "range": "items=0-9",
        **CREDENTIALS,
    },
    json.dumps(ORDER).encode(),
)
GET = Sent("GET", f"{URL}/~bob?q=tea+time&token=t-0815-4711", {"x-user": "bob", "if-none-match": '"v1", "v2"'})
FORM = Sent("POST", URL, {"content-type": "application/x-www-form-urlencoded"}, b"a=1&b=2&b=3&password=pw-0815-pw")
TEXT = Sent("PUT", URL, {"content-type": "text/plain"}, b"one two\nthree")
BINARY = Sent("PUT", URL, {"content-type": "application/octet-stream"}, b"\x00\xff\x01")
MULTIPART = Sent(
    "POST",
    URL,
    {"content-type": "multipart/form-data; boundary=b1"},
    b'--b1\r\nContent-Disposition: form-data; name="a"; filename="f.txt"\r\n\r\nhello\r\n--b1--\r\n',
)
PACKED = Sent(
    "POST",
    URL,
    {"content-type": "application/json", "content-encoding": "gzip"},
    gzip.compress(b'{"a":1,"b":2}', mtime=0),
)


@dataclass(frozen=True)
class Change:
    """A change of a request; `reason` is why nobody has to notice it, "" when somebody has to."""

    name: str
    before: Sent
    after: Sent
    reason: str = ""


def body(change: Callable[[dict[str, Any]], object], of: dict[str, Any] = ORDER) -> Sent:
    """The order, its body changed in place."""
    value = json.loads(json.dumps(of))
    change(value)
    return replace(POST, body=json.dumps(value).encode())


def raw(text: bytes) -> Sent:
    return replace(POST, body=text)


def uri(old: str, new: str, of: Sent = POST) -> Sent:
    assert old in of.uri
    return replace(of, uri=of.uri.replace(old, new, 1))


def header(name: str, value: str, of: Sent = POST) -> Sent:
    return replace(of, headers={**of.headers, name: value})


def without(name: str, of: Sent = POST) -> Sent:
    return replace(of, headers={key: value for key, value in of.headers.items() if key != name})


def encoded(old: bytes, new: bytes, of: Sent) -> Sent:
    assert of.body is not None
    assert old in of.body
    return replace(of, body=of.body.replace(old, new))


TWICE = raw(b'{"a":2,"a":1}')
VALUE = "the value of a secret is not kept"
SPELLING = "another spelling of the same URI (RFC 3986 section 6.2.2)"
JSON_SPELLING = "the same JSON value (RFC 8259)"
UNLISTED = "no header that matters: not in the table of the system, and no secret"

CHANGES = [
    # ---------------------------------------------------------------- method and URI
    Change("method", POST, replace(POST, method="PUT")),
    Change("host", POST, uri("shop.test", "bank.test")),
    Change("port", POST, uri("shop.test", "shop.test:8080")),
    Change("scheme", POST, uri("http://", "https://")),
    Change("path: one segment more", POST, uri("?", "/x?")),
    Change("path: one segment less", POST, uri("/a%20b", "")),
    Change("path: slash at the end", POST, uri("?", "/?")),
    Change("path: doubled slash", POST, uri("/orders", "//orders")),
    Change("path: case", POST, uri("orders", "Orders")),
    Change("path: quoted slash", POST, uri("/a%20b", "%2Fa%20b")),
    Change("path: quoted question mark", POST, uri("?", "%3F")),
    Change("path: quoted twice", POST, uri("%20", "%2520")),
    Change("path: plus for a space", POST, uri("%20", "+")),
    Change("path: no space", POST, uri("%20", "")),
    Change("path: not UTF-8", uri("%20", "%FE"), uri("%20", "%FF")),
    Change("path: unreserved character quoted", GET, uri("~", "%7E", GET), SPELLING),
    Change("path: hexadecimal digits in lower case", uri("%20", "%C3%A9"), uri("%20", "%c3%a9"), SPELLING),
    Change("path: at sign quoted", uri("%20", "@"), uri("%20", "%40"), SPELLING),
    Change("fragment added", POST, replace(POST, uri=f"{POST.uri}#top"), "a fragment never travels"),
    Change("query: another value", POST, uri("limit=10", "limit=11")),
    Change("query: no value", POST, uri("limit=10", "limit=")),
    Change("query: another name", POST, uri("limit", "Limit")),
    Change("query: parameter dropped", POST, uri("limit=10&", "")),
    Change("query: blank parameter dropped", POST, uri("&empty=", "")),
    Change("query: parameter added", POST, uri("limit", "dry=1&limit")),
    Change("query: one value of a list dropped", POST, uri("&tag=y", "")),
    Change("query: values of a list in another order", POST, uri("tag=x&tag=y", "tag=y&tag=x")),
    Change("query: list joined by a comma", POST, uri("tag=x&tag=y", "tag=x,y")),
    Change("query: not UTF-8", uri("=10", "=%FE"), uri("=10", "=%FF")),
    Change("query: secret dropped", GET, uri("&token=t-0815-4711", "", GET)),
    Change("query: secret without a value", GET, uri("t-0815-4711", "", GET)),
    Change("query: another secret", GET, uri("t-0815-4711", "t-9999-9999", GET), VALUE),
    Change("query: parameters in another order", POST, uri("limit=10&tag=x&tag=y", "tag=x&tag=y&limit=10"), SPELLING),
    Change("query: space quoted", GET, uri("tea+time", "tea%20time", GET), SPELLING),
    Change("query: letter quoted", GET, uri("tea", "%74ea", GET), SPELLING),
    # ---------------------------------------------------------------- headers
    *(Change(f"header {name}: dropped", POST, without(name)) for name in POST.headers),
    *(
        Change(f"header {name}: another secret", POST, header(name, POST.headers[name].replace("0815", "9999")), VALUE)
        for name in CREDENTIALS
        if name != "proxy-authorization"
    ),
    Change("header authorization: no scheme", POST, header("authorization", "tok-0815-4711")),
    Change("header authorization: another scheme", POST, header("authorization", "Token tok-0815-4711")),
    Change("header cookie: one of two dropped", POST, header("cookie", "session=s-0815-4711")),
    Change("header cookie: renamed", POST, header("cookie", "sid=s-0815-4711; theme=dark-0815")),
    Change("header x-auth-token: added", POST, header("x-auth-token", "key-0815-4711")),
    Change("header x-user: another", POST, header("x-user", "alice")),
    Change("header if-match: another", POST, header("if-match", '"v2"')),
    Change("header if-match: weak", POST, header("if-match", 'W/"v1"')),
    Change("header if-match: any", POST, header("if-match", "*")),
    Change("header if-none-match: one of two", GET, header("if-none-match", '"v1"', GET)),
    Change("header idempotency-key: another", POST, header("idempotency-key", "k-2")),
    Change("header prefer: another", POST, header("prefer", "return=representation")),
    Change("header range: another", POST, header("range", "items=10-19")),
    Change("header content-type: another", POST, header("content-type", "application/merge-patch+json")),
    Change("header content-type: with a charset", POST, header("content-type", "application/json; charset=utf-8")),
    Change("header user-agent: added", POST, header("user-agent", "curl"), UNLISTED),
    Change("header x-request-id: added", POST, header("x-request-id", "1"), UNLISTED),
    Change("header accept: added", POST, header("accept", "text/html"), UNLISTED),
    # ---------------------------------------------------------------- JSON
    Change("JSON: another text", POST, body(lambda b: b.update(item="pen"))),
    Change("JSON: text in capitals", POST, body(lambda b: b.update(item="Book"))),
    Change("JSON: space at the end", POST, body(lambda b: b.update(item="book "))),
    Change("JSON: another number", POST, body(lambda b: b.update(count=2))),
    Change("JSON: number as text", POST, body(lambda b: b.update(count="1"))),
    Change("JSON: number as boolean", POST, body(lambda b: b.update(count=True))),
    Change("JSON: whole number as a fraction", POST, encoded(b'"count": 1', b'"count": 1.0', POST)),
    Change("JSON: another fraction", POST, body(lambda b: b.update(price=9.50000001))),
    Change("JSON: other boolean", POST, body(lambda b: b.update(gift=False))),
    Change("JSON: null as text", POST, body(lambda b: b.update(note=""))),
    Change("JSON: null dropped", POST, body(lambda b: b.pop("note"))),
    Change("JSON: member dropped", POST, body(lambda b: b.pop("item"))),
    Change("JSON: member added", POST, body(lambda b: b.update(more=1))),
    Change("JSON: member renamed", POST, body(lambda b: b.update(Item=b.pop("item")))),
    Change("JSON: nested value", POST, body(lambda b: b["to"].update(zip="4711"))),
    Change("JSON: nested text as number", POST, body(lambda b: b["to"].update(zip=815))),
    Change("JSON: item dropped", POST, body(lambda b: b["tags"].pop())),
    Change("JSON: item twice", POST, body(lambda b: b["tags"].append("blue"))),
    Change("JSON: items in another order", POST, body(lambda b: b["tags"].reverse())),
    Change("JSON: list as its only item", body(lambda b: b.update(tags=["x"])), body(lambda b: b.update(tags="x"))),
    Change("JSON: empty list as null", POST, body(lambda b: b.update(apiKeys=None))),
    Change("JSON: empty list as object", POST, body(lambda b: b.update(tags={}))),
    Change("JSON: another UUID", POST, body(lambda b: b.update(id=ORDER["id"].replace("6f", "7f")))),
    Change("JSON: UUID in capitals", POST, body(lambda b: b.update(id=ORDER["id"].upper()))),
    Change("JSON: another instant", POST, body(lambda b: b.update(at="2026-03-01T10:00:00.123457Z"))),
    Change("JSON: instant with another offset", POST, body(lambda b: b.update(at="2026-03-01T10:00:00.123456+02:00"))),
    Change("JSON: instant without a zone", POST, body(lambda b: b.update(at="2026-03-01T10:00:00.123456"))),
    Change("JSON: instant less precise", POST, body(lambda b: b.update(at="2026-03-01T10:00:00Z"))),
    Change("JSON: secret dropped", POST, body(lambda b: b.pop("password"))),
    Change("JSON: secret as null", POST, body(lambda b: b.update(password=None))),
    Change("JSON: secret empty", POST, body(lambda b: b.update(password=""))),
    Change("JSON: another secret", POST, body(lambda b: b.update(password="pw-9999-pw")), VALUE),
    Change("JSON: wrapped in a list", POST, raw(b"[" + (POST.body or b"") + b"]")),
    Change("JSON: no body", POST, replace(POST, body=None)),
    Change("JSON: broken", POST, raw((POST.body or b"")[:-1])),
    Change("JSON: a long number", raw(b'{"n":9007199254740992}'), raw(b'{"n":9007199254740993}')),
    Change("JSON: not UTF-8, in another order", raw(b'{"a":1,"b":"\xff"}'), raw(b'{"b":"\xff","a":1}')),
    Change("JSON: NaN as null", raw(b'{"n":NaN}'), raw(b'{"n":null}')),
    Change("JSON: first of two equal keys", TWICE, raw(b'{"a":3,"a":1}')),
    Change("JSON: first of two equal keys dropped", TWICE, raw(b'{"a":1}')),
    Change("JSON: an equal key put in front", raw(b'{"a":1}'), TWICE),
    Change("JSON: equal keys in a nested object", raw(b'{"o":[{"a":1}]}'), raw(b'{"o":[{"a":":","a":1}]}')),
    Change("JSON: equal keys, and a colon escaped", raw(b'{"a":"::"}'), raw(b'{"a":0,"a":"\\u003a:"}')),
    Change("JSON: equal keys in another order", TWICE, raw(b'{"a":1,"a":2}')),
    Change(
        "JSON: members in another order", POST, raw(json.dumps(dict(reversed(ORDER.items()))).encode()), JSON_SPELLING
    ),
    Change("JSON: other white space", POST, raw(json.dumps(ORDER, indent=2).encode()), JSON_SPELLING),
    Change("JSON: a letter escaped", POST, raw((POST.body or b"").replace(b"Ann", b"\\u0041nn")), JSON_SPELLING),
    Change("JSON: a colon escaped", raw(b'{"a":":"}'), raw(b'{"a":"\\u003A"}'), JSON_SPELLING),
    # ---------------------------------------------------------------- other bodies
    Change("form: another value", FORM, encoded(b"a=1", b"a=2", FORM)),
    Change("form: field dropped", FORM, encoded(b"a=1&", b"", FORM)),
    Change("form: list in another order", FORM, encoded(b"b=2&b=3", b"b=3&b=2", FORM)),
    Change("form: secret dropped", FORM, encoded(b"&password=pw-0815-pw", b"", FORM)),
    Change("form: another secret", FORM, encoded(b"pw-0815-pw", b"pw-9999-pw", FORM), VALUE),
    Change("form: fields in another order", FORM, encoded(b"a=1&b=2", b"b=2&a=1", FORM)),
    Change("text: another word", TEXT, encoded(b"two", b"2", TEXT)),
    Change("text: white space", TEXT, encoded(b"one two", b"one  two", TEXT)),
    Change("text: line ends", TEXT, encoded(b"\n", b"\r\n", TEXT)),
    Change("text: line end added", TEXT, encoded(b"three", b"three\n", TEXT)),
    Change("binary: another byte", BINARY, encoded(b"\xff", b"\xfe", BINARY)),
    Change("binary: one byte less", BINARY, encoded(b"\x01", b"", BINARY)),
    Change("multipart: another content", MULTIPART, encoded(b"hello", b"hullo", MULTIPART)),
    Change("multipart: another file name", MULTIPART, encoded(b"f.txt", b"g.txt", MULTIPART)),
    Change("multipart: another field name", MULTIPART, encoded(b'"a"', b'"b"', MULTIPART)),
    Change(
        "multipart: another boundary",
        MULTIPART,
        header("content-type", "multipart/form-data; boundary=b2", encoded(b"b1", b"b2", MULTIPART)),
        "clients draw the boundary at random",
    ),
    Change("packed: another value", PACKED, replace(PACKED, body=gzip.compress(b'{"a":1,"b":3}', mtime=0))),
    Change(
        "packed: sent plain",
        PACKED,
        without("content-encoding", replace(PACKED, body=b'{"a":1,"b":2}')),
        "goldens hold bodies unpacked",
    ),
]


def recorded(folder: Path, sent: Sent) -> list[Interaction]:
    """What the pipeline makes of a request and an answer to it."""
    answer = Response(200, "OK", {"content-type": "application/json"}, Json({"ok": True}))
    captured = Captured(Interaction(read_request(sent.to_vcr()), answer))
    return Pipeline(config(folder)).canonical([captured], [], [])


def seen_in_replay(folder: Path, before: Sent, after: Sent) -> bool:
    """Whether the changed request gets no answer from the cassette of the unchanged one."""
    how: dict[str, Any] = {"pipeline": Pipeline(config(folder)), "complain": str}
    cassette = ReplayCassette("test", stored=stored(folder / "c.yaml", *recorded(folder, before)), **how)
    try:
        return not cassette.can_play_response_for(after.to_vcr())
    except UnmatchedRequest:
        return True


def seen_in_verify(folder: Path, before: Sent, after: Sent) -> bool:
    """Whether the snapshot of the unchanged request differs from the transcript of the changed one."""
    one, other = (
        transcript.build(transcript.Heading("test"), recorded(folder, sent), config(folder)) for sent in (before, after)
    )
    return bool(drift.compare(one, other))


def test_every_row_is_another_change() -> None:
    """At least eighty, no name twice, and no row that changes nothing."""
    assert len({one.name for one in CHANGES}) == len(CHANGES) >= 80
    assert [one.name for one in CHANGES if one.before == one.after] == []


@pytest.mark.parametrize("before", {one.before.body: one.before for one in CHANGES}.values())
def test_an_unchanged_request_is_green(tmp_path: Path, before: Sent) -> None:
    """Otherwise a red row of the table would show nothing."""
    assert not seen_in_replay(tmp_path, before, before)
    assert not seen_in_verify(tmp_path, before, before)


def test_what_stays_green_has_a_reason(tmp_path: Path) -> None:
    """Replay notices every other change."""
    green = [one for one in CHANGES if not seen_in_replay(tmp_path, one.before, one.after)]

    assert told(green) == GREEN.read_text(encoding="utf-8")


def test_verify_notices_what_replay_notices(tmp_path: Path) -> None:
    """The scheme aside: in a live run it belongs to the address of the service, which goldens do not know."""
    by_address = "scheme"
    green = [one for one in CHANGES if one.name != by_address and not seen_in_verify(tmp_path, one.before, one.after)]

    assert told(green) == GREEN.read_text(encoding="utf-8")


def told(green: Sequence[Change]) -> str:
    """The text of the golden: a change a line, with its reason."""
    return "".join(f"{one.name}: {one.reason or 'NOBODY SAYS WHY'}\n" for one in green)
