"""redaction: what the test needs of a secret still works, and what is none is spared."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import SecretNames
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.uri import matched_uri

from .sides import URL, received, sent

QUICK = settings(max_examples=30, deadline=None, derandomize=True)

PLAIN = "Tr0ub4dor"


# ------------------------------------------------------------------ who minted it

TOKENS = {"alice": "tok-a-123456", "bob": "tok-b-123456"}


def story(tokens: dict[str, str], passwords: dict[str, str]) -> list[Interaction]:
    """Two users log in and each sends its token back, in every form."""
    logins = [
        Interaction(
            Request("POST", f"{URL}/login", {}, Json({"user": user, "password": passwords[user]})),
            Response(200, "OK", {}, Json({"token": token})),
        )
        for user, token in tokens.items()
    ]
    uses = [
        sent(Json({"note": f"it is {token}"}), f"{URL}?token={quote(token)}", authorization=f"Bearer {token}")
        for token in (tokens["bob"], tokens["alice"])
    ]
    return [*logins, *uses]


PASSWORDS = {"alice": "wonderland", "bob": "builder-99"}


def test_redact_minted_tokens_are_numbered_so_that_users_stay_two() -> None:
    """By first appearance, and equal wherever they come back: alice's requests are told from bob's."""
    alice, bob, as_bob, as_alice = Redactor().redact(story(TOKENS, PASSWORDS))

    assert [one.response.body for one in (alice, bob)] == [
        Json({"token": "[redacted-1]"}),
        Json({"token": "[redacted-2]"}),
    ]
    assert [one.request.body for one in (alice, bob)] == [
        Json({"user": user, "password": "[redacted]"}) for user in ("alice", "bob")
    ]
    assert as_bob.request.headers["authorization"] == "Bearer [redacted-2]"
    assert as_alice.request.headers["authorization"] == "Bearer [redacted-1]"
    assert as_alice.request.uri == f"{URL}?token=[redacted-1]"
    assert as_alice.request.body == Json({"note": "it is [redacted-1]"})


def test_redact_empty_secret_takes_no_number() -> None:
    """Neither a cookie that is cleared nor a flag such as `HttpOnly` is a minted secret."""
    cleared, minted = Redactor().redact(
        [received(set_cookie="sid=; Max-Age=0; HttpOnly"), received(Json({"token": "tok-a-1"}))]
    )

    assert cleared.response.headers["set-cookie"] == "sid=; Max-Age=0; HttpOnly"
    assert minted.response.body == Json({"token": "[redacted-1]"})


def test_redact_request_of_a_replayed_client_equals_the_recorded_one() -> None:
    """A client that was given the stand-ins sends them back, and each request matches what was stored."""
    stored = Redactor().redact(story(TOKENS, PASSWORDS))
    replay = Redactor()

    replayed = story({"alice": "[redacted-1]", "bob": "[redacted-2]"}, PASSWORDS)

    sent_again = [replay.redact_request(one.request) for one in replayed]
    assert [comparable(one) for one in sent_again] == [comparable(one.request) for one in stored]


def comparable(request: Request) -> tuple[Any, ...]:
    return matched_uri(request.uri), request.headers, request.body


def test_redact_token_that_the_client_sent_first_is_not_numbered() -> None:
    """Who showed it first decides: what the client brought along is `[redacted]` in responses too."""
    echoed = [sent(Json({"token": PLAIN})), received(Json({"token": PLAIN}))]

    assert Redactor().redact(echoed)[1].response.body == Json({"token": "[redacted]"})


VALUES = st.sampled_from(["hunter-222", "s3cr3t-word", "pin", "12"])


@st.composite
def self_contained(draw: st.DrawFn) -> Request:
    """A request that names its secrets as such, and may quote them elsewhere too."""
    named = draw(st.dictionaries(st.sampled_from(["password", "apiKey", "x-secret"]), VALUES, max_size=3))
    quoting = [f"it was {value}" for value in named.values()]
    body = {**named, "notes": quoting, "raw": json.dumps(named)}
    return Request("POST", f"{URL}?{urlencode(named)}", {"x-note": " ".join(quoting)}, Json(body))


@QUICK
@given(st.lists(self_contained(), max_size=4))
def test_redact_request_by_request_equals_redact_of_the_whole_test(requests: list[Request]) -> None:
    """What is matched in replay, one request at a time, is what was stored, all at once."""
    named = [
        Request("POST", URL, {}, Json({"password": value})) for value in ("hunter-222", "s3cr3t-word", "pin", "12")
    ]
    one_by_one = Redactor()

    together = Redactor().redact([Interaction(one, Response(200, "", {})) for one in [*named, *requests]])

    assert [one_by_one.redact_request(one) for one in [*named, *requests]] == [one.request for one in together]


# ------------------------------------------------------------------ what is spared


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens",
        "total_tokens",
        "key",
        "keys",
        "primaryKey",
        "tokenCount",
        "author",
        "signal",
        "design",
        "passed",
        "id",
    ],
)
@pytest.mark.parametrize("value", ["some value", 12, 1.5, True, None])
def test_redact_harmless_name_is_spared(name: str, value: Any) -> None:
    """Names that only resemble a secret's keep their values."""
    one = received(Json({name: value}))

    assert Redactor().redact([one]) == [one]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("some value", "[redacted]"),
        (12345678, 999_000_000),
        (1.5, 999_000_000.0),
        ([1, "two"], [999_000_000, "[redacted]"]),
        ({"value": "x", "n": [1]}, {"value": "[redacted]", "n": [999_000_000]}),
        ("Bearer some-value", "Bearer [redacted]"),
    ],
)
def test_redact_secret_name_holds_no_value_of_any_type(value: Any, expected: Any) -> None:
    """A number, a list or an object under a secret's name is as secret as a text, and keeps its type and scheme."""
    [one] = Redactor().redact([sent(Json({"password": value}))])

    assert one.request.body == Json({"password": expected})
    assert repr(one.request.body) == repr(Json({"password": expected}))  # 1 and 1.0 are equal to Python


def test_redact_minted_numbers_are_told_apart_and_can_be_sent_back() -> None:
    """As a number, and as text in a path."""
    minted = [received(Json({"pin": number})) for number in (834512, 901276, 834512)]
    one, other, again, back = Redactor().redact([*minted, sent(Json({"pin": 901276}), f"{URL}/901276")])

    assert [one.response.body for one in (one, other, again)] == [
        Json({"pin": number}) for number in (999_000_001, 999_000_002, 999_000_001)
    ]
    assert back.request.body == Json({"pin": 999_000_002})
    assert back.request.uri == f"{URL}/999000002"
    assert Redactor().redact([one, other, again, back]) == [one, other, again, back]


def test_redact_number_and_text_are_told_apart() -> None:
    """A token that becomes a number is a change of type, before and after."""
    [text], [number] = (Redactor().redact([received(Json({"token": value}))]) for value in ("12345", 12345))

    assert (text.response.body, number.response.body) == (Json({"token": "[redacted-1]"}), Json({"token": 999_000_001}))


@pytest.mark.parametrize("value", [None, True, False, ""])
def test_redact_secret_name_without_a_secret_keeps_it(value: Any) -> None:
    """That there is no password, or that there is one, is behaviour and no secret."""
    one = received(Json({"password": value}))

    assert Redactor().redact([one]) == [one]


def test_redact_names_of_the_system_are_added_and_public_ones_spared() -> None:
    """`secrets` and `public` of the configuration have the last word, however the name is spelt."""
    redactor = Redactor(SecretNames(secrets=["walk_code"], public=["nextToken"]))

    [one] = redactor.redact([received(Json({"walkCode": "abcdefg", "next_token": "page-two"}), walk_code="x")])

    assert one.response.body == Json({"walkCode": "[redacted-2]", "next_token": "page-two"})
    assert one.response.headers == {"walk-code": "[redacted-1]"}
    assert redactor.may_concern(URL, {"walk-code": "x"})


def test_redact_short_secret_goes_where_it_stands_and_is_not_hunted() -> None:
    """A PIN or `admin` as a password could be any word, so other fields that happen to be equal stay."""
    one = sent(Json({"password": "admin", "role": "admin", "text": "the admin", "admin": "12"}), x_api_key="admin")

    [redacted] = Redactor().redact([one])

    assert redacted.request.body == Json(
        {"password": "[redacted]", "role": "admin", "text": "the admin", "admin": "12"}
    )
    assert redacted.request.headers == {"x-api-key": "[redacted]"}


@pytest.mark.parametrize(
    ("header", "value", "redacted"),
    [
        ("authorization", "Bearer abc", "Bearer [redacted]"),
        ("authorization", "abc", "[redacted]"),
        ("cookie", "a=x; s=y", "a=[redacted]; s=[redacted]"),
        ("x-api-key", "Digest", "[redacted]"),
    ],
)
def test_redact_short_secret_in_a_header_goes(header: str, value: str, redacted: str) -> None:
    """Too short to be hunted for, it goes from its own header all the same."""
    [one] = Redactor().redact([Interaction(Request("GET", URL, {header: value}), Response(200, "", {}))])

    assert one.request.headers == {header: redacted}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"detail": "password: field required"}, id="error of a field"),
        pytest.param({"message": "Invalid token: expected a string"}, id="error in a sentence"),
        pytest.param({"detail": "password: at least 8 characters required"}, id="demand"),
        pytest.param({"detail": "token: already used"}, id="state"),
        pytest.param(
            {"detail": "password: must be at least 8 characters\nname: required\n"}, id="errors, line by line"
        ),
        pytest.param({"detail": "errors:\n  - passphrase: cannot be blank\n"}, id="list of errors"),
        pytest.param({"message": "Bearer authentication required"}, id="name of a scheme"),
        pytest.param({"tokens": {"prompt": 12, "completion": 30}, "total_tokens": 42}, id="counts of tokens"),
        pytest.param({"secrets": 3, "pass": 12, "refresh": 30}, id="numbers"),
        pytest.param({"required": ["password", "email"]}, id="list of names"),
        pytest.param({"properties": {"password": {"type": "string", "minLength": 8}}}, id="schema"),
        pytest.param({"schemes": {"bearer": {"type": "http", "scheme": "bearer"}}}, id="security schemes"),
        pytest.param({"loc": ["body", "password"], "msg": "too short"}, id="place of an error"),
        pytest.param({"next": "https://a.test/items?cursor=abc&key=colour"}, id="short key"),
        pytest.param({"git": "ssh://git@code.test/x", "mail": "ann@x.test"}, id="user of a URL"),
        pytest.param({"log": "token count: 42, tokens: 17"}, id="counts in a text"),
        pytest.param({"html": "<label for='password'>Password</label>"}, id="label of an input"),
    ],
)
def test_redact_what_is_only_about_a_secret_stays(value: Any) -> None:
    """As JSON and as a text."""
    for body in (Json(value), json.dumps(value)):
        one = received(body)

        assert Redactor().redact([one]) == [one]


def test_redact_short_secret_is_cut_out_of_no_path_and_no_word() -> None:
    """Six characters go as a whole word only; eight go anywhere."""
    one = sent(Json({"password": "abc123", "note": "abc123, xabc123 and abc123_y"}), f"{URL}/env_abc123_x/")

    [redacted] = Redactor().redact([one])

    assert redacted.request.uri == f"{URL}/env_abc123_x/"
    assert redacted.request.body == Json({"password": "[redacted]", "note": "[redacted], xabc123 and abc123_y"})


def test_redact_number_in_a_text_stays_a_number() -> None:
    """So that a line of JSON is still one."""
    [one] = Redactor().redact([received('{"pin": 834512}\n{"pin": "834512"}\n')])

    assert one.response.body == '{"pin": 999000001}\n{"pin": "999000001"}\n'


def test_redact_a_known_secret_goes_from_bytes_too() -> None:
    """In the bytes of a body that nobody can read."""
    raw = b"\x00\x01\xff" + PLAIN.encode() + b"\xfe" + PLAIN.encode("utf-16-le") + b"\x00"

    [_, echoed] = Redactor().redact([sent(authorization=f"Bearer {PLAIN}"), received(raw)])

    assert echoed.response.body == b"\x00\x01\xff[redacted]\xfe" + "[redacted]".encode("utf-16-le") + b"\x00"
