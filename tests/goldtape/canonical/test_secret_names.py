"""secret_names: the quick look at a request and the slow one agree, whatever the names and wherever they are."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import _TABLE, SecretNames
from goldtape.exchange.interaction import Json, Request

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
URL = "http://shop.test/v1"


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """A name of the table as somebody may write it, or a harmless one."""
    name = draw(st.sampled_from([*_TABLE, "id", "note", "state", "total", "passenger", "design"]))
    prefix = draw(st.sampled_from(["", "x-", "new_", "my"]))
    return prefix + "".join(draw(st.sampled_from([c, c.upper(), f"{c}_", f"{c}-"])) for c in name)


@st.composite
def asked(draw: st.DrawFn) -> Request:
    """A request with one name, in one place."""
    name, value = draw(spelled()), draw(st.sampled_from(["hunter-222", "a b", "12", ""]))
    places = {
        "header": Request("POST", URL, {name.lower(): value}),
        "query": Request("POST", f"{URL}?{urlencode({name: value})}", {}),
        "json": Request("POST", URL, {"content-type": "application/json"}, Json({"deep": [{name: value}]})),
        "text": Request("POST", URL, {}, json.dumps([{name: value}]) + "\n{}"),
        "xml": Request("POST", URL, {}, f"<a><{name}>{value}</{name}></a>"),
        "form": Request("POST", URL, {"content-type": "application/x-www-form-urlencoded"}, urlencode({name: value})),
        "part": Request("POST", URL, {}, f'--b\r\nContent-Disposition: x; name="{name}"\r\n\r\n{value}\r\n--b--'),
    }
    return places[draw(st.sampled_from(sorted(places)))]


@QUICK
@given(asked())
def test_the_quick_look_never_passes_over_a_request_that_redaction_changes(request: Request) -> None:
    """False means that nothing would change."""
    bare = replace(request, body=None)
    if not Redactor().may_concern(bare.uri, bare.headers):
        assert Redactor().redact_request(bare) == bare


@QUICK
@given(spelled(), st.sampled_from(["<{}>", '"{}": 1', "{}=1"]))
def test_a_text_that_holds_a_secret_name_may_hold_one(name: str, around: str) -> None:
    """Every spelling that counts as a secret's name is seen by the pattern that is derived from the table."""
    names = SecretNames(["walkCode"])

    assert names.may_be_in(around.format(name)) or name not in names


@pytest.mark.parametrize("row", _TABLE)
def test_every_row_is_secret_alone(row: str) -> None:
    """And under its own spelling in capitals."""
    assert row in SecretNames()
    assert row.upper() in SecretNames()
    assert f"new_{row}" in SecretNames() or _TABLE[row] == "whole"
    assert f"{row}_expires_at" not in SecretNames()


SECRET = """
    api_secrets x-api-keys secretKey passwordHash hashed_password new_password1 password_confirmation otp
    mfa_code passcode pin refresh recovery_codes backup_codes private_key_pem access_token accessToken
    refresh_token id_token tokens authToken clientsecret DB_PASSWORD user[password] userpwd X-Amz-Signature
    X-Amz-Credential X-Amz-Security-Token sig session_id PHPSESSID jsessionid set-cookie cookies private-token
    x-hub-signature-256 pin_code cardPin authorization csrf_token csrfmiddlewaretoken db.password
    AWS_SECRET_ACCESS_KEY aws_access_key_id secret_id API.KEY.2 PGPASSWORD smtp_pass APIKey authtokens
    token_value one_time_password twoFactorCode Ocp-Apim-Subscription-Key next_page_token t_o_k_e_n
"""
HARMLESS = """
    client_secret_expires_at token_type expires_in max_tokens total_tokens prompt_tokens max_new_tokens key
    keys primaryKey tokenCount author signal design passed id tokenizer token_endpoint token_uri secret_name
    is_pinned shipping spin passport passenger compass maxTokens inputTokens completion_tokens_details
    cached_tokens tokens_used password_changed_at cookie_name authorized authorization_endpoint public_key
    signature_version hash etag session refresh_interval secretary
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_name_is_known_by_its_words(name: str) -> None:
    """In any style, in the plural, with words before and after, and seen by the quick look."""
    assert name in SecretNames()
    assert SecretNames().may_be_in(f"a {name}=x")


@pytest.mark.parametrize("name", HARMLESS.split())
def test_a_name_that_is_about_a_secret_tells_none(name: str) -> None:
    """The last word says what the value is; some words only look alike."""
    assert name not in SecretNames()


def test_a_project_adds_and_spares() -> None:
    """`public` has the last word."""
    names = SecretNames(["walkCode"], ["token"])

    assert [name in names for name in ("walk-code", "WALKCODE", "token", "user_token", "id")] == [
        *(True, True, False, True, False)
    ]
