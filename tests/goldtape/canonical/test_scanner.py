"""scanner: what looks like a secret stops the write, by place and kind, and is never shown."""

from __future__ import annotations

import base64
import hashlib
import random
import string

import pytest

from goldtape.canonical.scanner import Finding, SecretFound, scan
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response

# Put together here, so that nobody's scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
PRIVATE_KEY = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SLACK = "xoxb-" + "123456789012-123456789012-a1B2c3D4e5F6g7H8i9J0k1L2"
STRIPE = "sk_live_" + "a1B2c3D4e5F6g7H8i9J0k1L2"
RANDOM = base64.b64encode(hashlib.sha512(b"goldtape").digest()).decode()
SECRETS = {
    "aws": (AWS, "AWS Access Key"),
    "private-key": (PRIVATE_KEY, "Private Key"),
    "github": (GITHUB, "GitHub Token"),
    "slack": (SLACK, "Slack Token"),
    "stripe": (STRIPE, "Stripe Access Key"),
    "entropy": (RANDOM, "Base64 High Entropy String"),
    "url": ("https://bob:" + "hunter2222@shop.test/", "Basic Auth Credentials"),
}
TABLE = [pytest.param(secret, kind, id=name) for name, (secret, kind) in SECRETS.items()]


def interaction(
    received: Body = None, sent: Body = None, uri: str = "http://shop.test/v1", headers: dict[str, str] | None = None
) -> Interaction:
    return Interaction(Request("POST", uri, headers or {}, sent), Response(200, "OK", headers or {}, received))


@pytest.mark.parametrize(("secret", "kind"), TABLE)
def test_scan_secret_in_a_field_is_found_by_kind_and_place(secret: str, kind: str) -> None:
    """Each detector fires on a field whose name says nothing, and says which field."""
    assert Finding(kind, "2. received.note") in scan([interaction(), interaction(Json({"deep": [{"note": secret}]}))])


@pytest.mark.parametrize(
    ("one", "place"),
    [
        pytest.param(interaction(uri=f"http://shop.test/v1/{AWS}"), "1. request", id="path"),
        pytest.param(interaction(uri=f"http://shop.test/v1?q={AWS}"), "1. request", id="query"),
        pytest.param(interaction(sent=Json({"note": AWS})), "1. sent.note", id="sent"),
        pytest.param(interaction(sent=f"note={AWS}"), "1. sent", id="sent-text"),
        pytest.param(
            interaction(Json({"error": {"message": f"cannot use {AWS}."}})), "1. received.message", id="sentence"
        ),
        pytest.param(interaction(Json({"raw": f'{{"note": "{AWS}"}}'})), "1. received.raw", id="json-in-text"),
        pytest.param(interaction(f"note {AWS}\nand more"), "1. received", id="received-text"),
        pytest.param(interaction(Json([AWS])), "1. received", id="list"),
    ],
)
def test_scan_secret_in_any_place_names_that_place(one: Interaction, place: str) -> None:
    """URI, bodies and texts are looked at alike."""
    assert [found.place for found in scan([one])] == [place]


def test_scan_secret_in_a_header_names_the_header() -> None:
    """A header on the allow-list can carry a secret too, either way."""
    places = [found.place for found in scan([interaction(headers={"etag": AWS})])]

    assert places == ["1. sent header etag", "1. received header etag"]


@pytest.mark.parametrize(("secret", "kind"), TABLE)
def test_secret_found_message_has_test_place_and_next_step_but_never_the_value(secret: str, kind: str) -> None:
    """Nothing of the secret is shown, wherever it stands: as a value, as a key, below a key that is one itself."""
    bodies = [Json({"note": secret}), Json({secret: "some long harmless text"}), Json({secret: secret})]
    findings = scan([interaction(body) for body in bodies])

    message = str(SecretFound("tests/t.py::test_x", findings))

    assert {found.place.split(".")[0] for found in findings} == {"1", "2", "3"}
    assert "tests/t.py::test_x" in message
    assert "1. received.note" in message
    assert kind in message
    assert "next: " in message
    assert secret not in message
    assert secret[12:] not in message


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param("3f2504e0-4f89-11d3-9a0c-0305e82c3301", id="uuid"),
        pytest.param("/v1/orders/00000000-0000-4000-8000-000000000001/lines", id="uuid-in-path"),
        pytest.param("sessionXYZ/3f2504e0-4f89-11d3-9a0c-0305e82c3301/walkKJ", id="uuid-among-many-letters"),
        pytest.param(hashlib.sha256(b"x").hexdigest(), id="sha256"),
        pytest.param(f"sha256:{hashlib.sha256(b'x').hexdigest()}", id="sha256-prefixed"),
        pytest.param(hashlib.md5(b"x", usedforsecurity=False).hexdigest(), id="md5"),
        pytest.param("2026-01-02T03:04:05.678901Z", id="instant"),
        pytest.param("2000-01-01T00:00:01.000000+00:00", id="instant-placeholder"),
        pytest.param('W/"etag-1"', id="etag-placeholder"),
        pytest.param("[redacted]", id="redacted"),
        pytest.param("Bearer [redacted-12]", id="redacted-numbered"),
        pytest.param("http://shop.test:8080/v1/orders?limit=10&after=item-00012", id="url"),
        pytest.param("The order cannot be changed, because it was shipped already.", id="sentence"),
        pytest.param("127.0.0.1", id="address"),
        pytest.param("alice@example.test", id="e-mail"),
        pytest.param("application/vnd.shop.order+json; charset=utf-8", id="media-type"),
    ],
)
@pytest.mark.parametrize("name", ["note", "key", "id", "_etag"])
def test_scan_harmless_value_does_not_fire(name: str, harmless: str) -> None:
    """What recordings are full of is no secret, under whatever name."""
    assert scan([interaction(Json({name: harmless}), Json({name: harmless}), headers={"etag": harmless})]) == []


def test_scan_public_field_is_spared_and_others_are_not() -> None:
    """A name that the project declares harmless is not looked at."""
    body = Json({"sample": AWS, "note": AWS})

    assert [found.place for found in scan([interaction(body)], public=["sample"])] == ["1. received.note"]


def test_scan_a_random_word_in_a_sentence_is_found_as_often_as_alone() -> None:
    """32 letters and digits, a hundred times: the words around them change nothing."""
    draw = random.Random(7)
    letters = string.ascii_letters + string.digits
    words = ["".join(draw.choices(letters, k=32)) for _ in range(100)]

    alone, inside = (
        [bool(scan([interaction(Json({"note": text.format(word)}))])) for word in words]
        for text in ("{}", "the answer was {}, and it is over")
    )

    assert alone == inside
    assert sum(alone) > 50


@pytest.mark.parametrize("body", [RANDOM.encode("utf-16"), b"\xff\xd8\x00\x01" + RANDOM.encode() + b"\x00\xff"])
def test_scan_bytes_are_looked_at_too(body: bytes) -> None:
    """As the text that they are, or else word by word."""
    assert [found.kind for found in scan([interaction(body)])] == ["Base64 High Entropy String"]
