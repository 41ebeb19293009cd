"""redaction: a secret is in no string of the result, and what the test needs of it still works."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import settings
from vcr.request import Request as VcrRequest

from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import SECRET_HEADERS
from goldtape.cassette.wire import read_request
from goldtape.exchange.body import read_body
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.walk import leaves

from .sides import URL, received, sent

QUICK = settings(max_examples=80, deadline=None, derandomize=True)

SECRET = 'hunter2+"ö/ 2'  # a "+", a quote, a letter beyond ASCII and a space: every encoding spells it another way
PLAIN = "Tr0ub4dor"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def strings(one: Interaction) -> Iterator[str]:
    """Every string of an interaction."""
    yield one.request.uri
    for side in (one.request, one.response):
        yield from side.headers.values()
        yield from (str(value) for _, value in leaves(side.body))


def spellings(secret: str) -> set[str]:
    """Every text in which a secret could be read."""
    raw = secret.encode()
    packed = {encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, quote(secret), quote(secret, safe=""), urlencode({"": secret})[1:], *packed, *escaped}


def leaks(redacted: list[Interaction], *secrets: str) -> list[str]:
    found = [text for one in redacted for text in strings(one)]
    return [text for text in found for secret in secrets for spelling in spellings(secret) if spelling in text]


def gzipped(secret: str) -> Interaction:
    raw = gzip.compress(json.dumps({"password": secret}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return Interaction(read_request(VcrRequest("POST", URL, raw, headers)), Response(200, "OK", {}))


PLACES = {
    "authorization-bearer": lambda s: [sent(authorization=f"Bearer {s}")],
    "authorization-basic": lambda s: [sent(authorization=f"Basic {basic('bob', s)}")],
    "authorization-bare": lambda s: [sent(authorization=s)],
    "api-key-header": lambda s: [sent(x_api_key=s)],
    "cookie": lambda s: [sent(cookie=f"theme=dark; session={quote(s)}; a=b")],
    "set-cookie": lambda s: [received(set_cookie=f"session={quote(s)}; Path=/; HttpOnly")],
    "query": lambda s: [sent(uri=f"{URL}?a=1&access_token={quote(s, safe='')}&b=2")],
    "json-field": lambda s: [sent(Json({"user": {"passWord": s}}))],
    "json-list": lambda s: [sent(Json({"api_keys": [], "client-secret": [s, s]}))],
    "json-in-json": lambda s: [sent(Json({"raw": json.dumps({"deep": [{"password": s}]})}))],
    "json-in-json-twice": lambda s: [sent(Json({"raw": json.dumps({"in": json.dumps({"secret": s})})}))],
    "json-as-text": lambda s: [sent(json.dumps({"password": s}), content_type="text/plain")],
    "form-field": lambda s: [
        Interaction(Request("POST", URL, FORM, urlencode({"a": "1", "pwd": s})), Response(200, "", {}))
    ],
    "gzip": lambda s: [gzipped(s)],
    "url-with-user-info": lambda s: [received(Json({"dsn": f"postgres://bob:{quote(s, safe='')}@db.test/x"}))],
    "url-without-user": lambda s: [received(Json({"cache": f"redis://:{quote(s, safe='')}@db.test/0"}))],
    "uri-with-user-info": lambda s: [sent(uri=f"http://bob:{quote(s, safe='')}@shop.test/v1")],
    "response-header": lambda s: [received(x_auth_token=s)],
    "response-field": lambda s: [received(Json({"accessToken": s}))],
    "link-header": lambda s: [received(Json({"token": s}), link=f"<{URL}?t={quote(s, safe='')}>; rel=next")],
    "error-message": lambda s: [
        sent(Json({"password": s})),
        received(Json({"error": {"inner": [{"message": f"wrong password {s}, try again"}]}})),
    ],
    "error-message-with-json": lambda s: [
        sent(Json({"password": s})),
        received(Json({"error": {"message": f"invalid body: {json.dumps({'password': s})}"}})),
    ],
    "error-message-after-a-form": lambda s: [
        Interaction(Request("POST", URL, FORM, urlencode({"pwd": s})), Response(200, "", {})),
        received(Json({"message": f"no {s}"})),
    ],
    "error-message-after-json-in-json": lambda s: [
        sent(Json({"raw": json.dumps({"password": s})})),
        received(Json({"message": f"no {s}"})),
    ],
    "error-before-it-is-known": lambda s: [received(Json({"message": f"no {s}"})), sent(Json({"password": s}))],
    "key-of-an-object": lambda s: [received(Json({"token": s, s: 1}))],
    "base64-alone": lambda s: [
        sent(Json({"password": s})),
        sent(Json({"note": base64.b64encode(s.encode()).decode()})),
    ],
    "base64-of-user-and-password": lambda s: [sent(Json({"password": s})), sent(Json({"note": basic("alice", s)}))],
    "base64-in-a-sentence": lambda s: [
        sent(authorization=f"Basic {basic('bob', s)}"),
        received(Json({"message": f"got header 'Basic {basic('robert', s)}'"})),
    ],
    "path": lambda s: [sent(Json({"token": s})), sent(uri=f"{URL}/sessions/{quote(s, safe='')}")],
}


@pytest.mark.parametrize("secret", [pytest.param(PLAIN, id="plain"), pytest.param(SECRET, id="odd")])
@pytest.mark.parametrize("place", PLACES)
def test_redact_secret_planted_anywhere_is_nowhere_in_the_result(place: str, secret: str) -> None:
    """No string of the result holds the secret in any spelling, nor its base64 together with a user's name."""
    redacted = Redactor().redact(PLACES[place](secret))

    packed = [basic(user, secret).rstrip("=") for user in ("bob", "alice", "robert")]
    assert leaks(redacted, secret) == []
    assert [text for one in redacted for text in strings(one) if any(word in text for word in packed)] == []


@pytest.mark.parametrize("place", PLACES)
def test_redact_twice_changes_nothing_more(place: str) -> None:
    """What is redacted stays as it is, so goldens can go through again."""
    redacted = Redactor().redact(PLACES[place](SECRET))

    assert Redactor().redact(redacted) == redacted


@pytest.mark.parametrize("place", PLACES)
def test_redact_leaves_what_is_no_secret(place: str) -> None:
    """What the secret stood beside is as before: a stand-in of another length would show in nothing else."""
    before, after = (Redactor().redact(PLACES[place](secret)) for secret in (PLAIN, f"{PLAIN}-{PLAIN}"))

    assert before == after
    assert any("[redacted" in text or text == URL for one in after for text in strings(one))


@pytest.mark.parametrize("place", PLACES)
def test_may_concern_request_that_redaction_changes_is_never_passed_over(place: str) -> None:
    """The quick look that replay takes at URI and headers sees every secret that redaction knows by name or shape."""
    for secret in (PLAIN, SECRET):
        for request in (replace(one.request, body=None) for one in PLACES[place](secret)):
            if Redactor().redact_request(request) != request:
                assert Redactor().may_concern(request.uri, request.headers)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"password": "Tr0ub4dor"}', id="plain"),
        pytest.param('{"PASSWORD" :\n"Tr0ub4dor"}', id="capitals-and-white-space"),
        pytest.param('{"pass\\u0077ord": "Tr0ub4dor"}', id="escaped-name"),
        pytest.param('{"raw": "{\\"password\\": \\"Tr0ub4dor\\"}"}', id="json-in-json"),
        pytest.param('{"raw": "{\\u0022password\\u0022: 1234567}"}', id="json-in-json-escaped"),
        pytest.param('{"dsn": "postgres:\\/\\/bob:Tr0ub4dor@db"}', id="escaped-slashes"),
        pytest.param('{"dsn": "redis://:Tr0ub4dor@db"}', id="url-without-user"),
        pytest.param(f'{{"note": "use {JWT}"}}', id="jwt"),
        pytest.param('{"client_secret": ["Tr0ub4dor"]}', id="list"),
        pytest.param('{"a": 1, "deep": {"a:b": "x", "api-key": 1234567}}', id="deep"),
    ],
)
def test_redact_body_in_any_spelling_is_changed(body: str) -> None:
    """However a client spells its JSON, as JSON or as a text."""
    for content_type in ("application/json", "text/plain", "Application/JSON; charset=UTF-8"):
        raw, headers = read_body(body.encode(), {"content-type": content_type})
        redacted = Redactor().redact_request(Request("POST", URL, headers, raw))

        assert not any(secret in repr(redacted) for secret in (PLAIN, "1234567", JWT))


@pytest.mark.parametrize("name", sorted(SECRET_HEADERS))
def test_may_concern_every_secret_header_is_looked_at(name: str) -> None:
    """A header that carries a credential is redacted, and never passed over."""
    request = Request("GET", URL, {name: f"a={PLAIN}"}, None)

    assert PLAIN not in repr(Redactor().redact_request(request))
    assert Redactor().may_concern(URL, request.headers)


def test_redact_jwt_under_any_name_is_removed() -> None:
    """A JSON web token is known by its shape, in a sentence too."""
    assert leaks(Redactor().redact([received(Json({"note": f"use {JWT} now"}))]), JWT) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{{"n": 1}}\n{{"password": "{PLAIN}"}}\n', id="ndjson"),
        pytest.param(f'data: {{"password": "{PLAIN}"}}\n\n', id="event-stream"),
        pytest.param(f"<a><password kind='x'>{PLAIN}</password></a>", id="xml"),
        pytest.param(
            f'--b\r\nContent-Disposition: form-data; name="password"\r\nX: y\r\n\r\n{PLAIN}\r\n--b--\r\n',
            id="multipart",
        ),
    ],
)
def test_secret_named_inside_a_text_that_is_no_json_is_removed(text: str) -> None:
    """Sent or received, and a request is matched by what is left of it."""
    [one] = Redactor().redact([Interaction(Request("POST", URL, {}, text), Response(200, "OK", {}, text))])

    assert one.request.body == one.response.body == text.replace(PLAIN, "[redacted]")
