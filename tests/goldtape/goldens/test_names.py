"""names: what a placeholder is called in a snapshot, and what is no placeholder."""

from __future__ import annotations

import time
import zlib
from typing import Any

import pytest

from goldtape.goldens.names import named

Exchange = dict[str, Any]


def uuid(number: int, origin: str = "") -> str:
    """A placeholder as cassettes have it."""
    return f"{zlib.crc32(origin.encode()):08x}-0000-4000-8000-{number:012}"


A, B, C = uuid(1), uuid(2), uuid(3)


def got(received: Any, request: str = "POST /v1/things", **sent: Any) -> Exchange:
    """An exchange with this answer."""
    return {"request": request, **sent, "status": 200, "received": received}


def answer(*exchanges: Exchange, origins: tuple[str, ...] = ()) -> Any:
    """What the first exchange received, with names."""
    return named(exchanges, origins)[0]["received"]


@pytest.mark.parametrize(
    ("exchanges", "name"),
    [
        pytest.param([got({"session_id": A})], "<session-1>", id="field"),
        pytest.param([got({"sessionId": A})], "<session-1>", id="field-in-camel-case"),
        pytest.param([got({"flowProposalID": A})], "<flow-proposal-1>", id="field-of-two-words"),
        pytest.param([got({"session_ids": [A]})], "<session-1>", id="list-of-ids"),
        pytest.param([got({"id": A}), got({}, f"GET /v1/carts/{A}")], "<cart-1>", id="path"),
        pytest.param([got({"id": A}), got({}, f"GET /v1/carts/v2/{A}")], "<cart-1>", id="path-with-version"),
        pytest.param([got({"id": A}), got({"text": f"see /carts/{A}"})], "<cart-1>", id="path-in-a-text"),
        pytest.param([got({"id": A}), got({}, query={"cart_id": A})], "<cart-1>", id="query"),
        pytest.param([got({"id": A}), got({}, sent={"cart_id": A})], "<cart-1>", id="sent"),
        pytest.param([got({"id": A}), got({"created_by_user_id": A, "user_id": A})], "<user-1>", id="plainest"),
        pytest.param([got({"id": A}), got({"b_id": A, "a_id": A})], "<a-1>", id="tie"),
        pytest.param([got({"id": A}), got({"b_id": A, "a_id": A}), got({"b_id": A})], "<b-1>", id="more-often"),
        pytest.param([got({"entries": [{"id": A}]})], "<entry-1>", id="collection"),
        pytest.param([got({"cart": {"id": A}})], "<cart-1>", id="holder"),
        pytest.param([got({"correlation": A})], "<correlation-1>", id="own-field"),
        pytest.param([got({"id": A})], "<thing-1>", id="operation"),
        pytest.param([got({"id": A}, "GET /api/rows")], "<row-1>", id="untelling-operation"),
        pytest.param([got({"id": A}, "GET /")], "<value-1>", id="root"),
        pytest.param([got({"id": A}, "OPTIONS *")], "<value-1>", id="no-path"),
        pytest.param([got({"id": A}, "")], "<value-1>", id="no-request"),
        pytest.param([got({"id": A, "x-cart-id": A})], "<cart-1>", id="header-like-name"),
        pytest.param([got({"_": A}, "GET /?!/")], "<value-1>", id="no-letters"),
        pytest.param([got({"id": A}), got({}, f"GET /carts/{B}/{A}")], "<cart-1>", id="path-of-two-ids"),
    ],
)
def test_a_name_says_what_a_value_is_of(exchanges: list[Exchange], name: str) -> None:
    """Told by its field, else by a use elsewhere in the test, else by what holds it."""
    assert name in str(answer(*exchanges))
    assert named(exchanges) == named(exchanges)


@pytest.mark.parametrize("received", [A, [A], [[A]], {A: A}, {A: {"id": A}}])
def test_an_answer_of_any_form_is_named(received: Any) -> None:
    """Also one that is no object, and the keys of one."""
    assert str(answer(got(received))) == str(received).replace(A, "<thing-1>")


@pytest.mark.parametrize("received", [None, 7, True, [], {}, "", {"": ""}, {"/": [None]}])
def test_an_answer_without_placeholders_stays(received: Any) -> None:
    """Whatever it is."""
    assert answer(got(received)) == received


def test_the_items_of_a_list_have_one_name() -> None:
    """A telling use of one of them names them all."""
    listed = got({"list": [{"id": A}, {"id": B}]}, "GET /v1/all")

    assert answer(listed, got({}, f"GET /v1/carts/{B}")) == {"list": [{"id": "<cart-1>"}, {"id": "<cart-2>"}]}


def test_one_more_minted_value_leaves_those_of_other_names_as_they_are() -> None:
    """Each name has numbers of its own."""
    before = {"session_id": A, "user_id": B, "etag": "etag-1"}
    after = {"trace_id": A, "session_id": B, "user_id": C, "etag": "etag-1"}

    assert answer(got(after)) == {"trace_id": "<trace-1>", **answer(got(before))}


def test_a_value_has_its_name_wherever_it_stands() -> None:
    """In paths, queries, headers, links, texts, keys; behind a percent-encoded character too."""
    first = got({"cart_id": A, "etag": "etag-1"}) | {"headers": {"etag": 'W/"etag-1"', "location": f"/v1/carts/{A}"}}
    second = {
        "request": f"PUT /v1/carts/{A}/items/apple",
        "query": {"of": ["x", A]},
        "if-match": '"etag-1", "etag-7"',
        "sent-text": [f"cart {A},", f"?id%3D{A}", f"cart_{A}_x"],
        "status": 200,
        "received": {A: f"{A}"},
    }

    shown, other = named([first, second])

    assert shown["headers"] == {"etag": 'W/"<etag-1>"', "location": "/v1/carts/<cart-1>"}
    assert other == {
        "request": "PUT /v1/carts/<cart-1>/items/apple",
        "query": {"of": ["x", "<cart-1>"]},
        "if-match": '"<etag-1>", "etag-7"',
        "sent-text": ["cart <cart-1>,", "?id%3D<cart-1>", "cart_<cart-1>_x"],
        "status": 200,
        "received": {"<cart-1>": "<cart-1>"},
    }


def test_what_the_test_sent_first_is_no_placeholder() -> None:
    """It stays, also where the service says it again; sent first is what stands in an earlier request, or in this."""
    exchange = got({"id": A, "other_id": B, "etag": "etag-1"}, sent={"id": A}, **{"if-match": '"etag-1"'})

    assert answer(exchange) == {"id": A, "other_id": "<other-1>", "etag": "etag-1"}


@pytest.mark.parametrize(
    "text", ["token-1", "my-token-1", "token-1-x", "token-", "tokens-1", "etag-one", f"a{A}", f"{A}0"]
)
def test_prose_that_looks_like_a_placeholder_stays(text: str) -> None:
    """A minted etag or token stands alone in some answer."""
    assert answer(got({"text": f"use {text}, please"})) == {"text": f"use {text}, please"}


def test_a_token_that_stands_alone_somewhere_is_named_in_prose_too() -> None:
    """As the pipeline has done with it."""
    received = {"text": "use token-1, please", "order": "token-1"}

    assert answer(got(received)) == {"text": "use <order-1>, please", "order": "<order-1>"}


def test_what_a_wider_fixture_minted_has_the_name_of_the_fixture() -> None:
    """With the number that it has in the fixture's own golden; the test sends it first, and numbers its own apart."""
    two, foreign = uuid(2, "login"), uuid(1, "stranger")
    received = {"id": A, "user_id": two, "etag": "etag-login-3", "token": "token-login-1", "far_id": foreign}

    assert answer(got(received, f"GET /v1/carts/{two}", sent=[two, foreign]), origins=("login", "other")) == {
        "id": "<cart-1>",
        "user_id": "<@login-2>",
        "etag": "<@login-etag-3>",
        "token": "<@login-token-1>",
        "far_id": foreign,
    }
    assert answer(got("etag-stranger-1"), origins=("login",)) == "etag-stranger-1"


@pytest.mark.parametrize("text", ["<session-1>", "<@login-2>", "a <b-1> c", "<etag-1>"])
def test_what_looks_like_a_name_is_written_with_two_signs(text: str) -> None:
    """Whoever said it; other signs stay."""
    exchange = got({text: text, "n": "a < b-1 > <c>"}, sent=text)

    shown = named([exchange])[0]

    escaped = text.replace("<", "<<")
    assert shown["sent"] == escaped
    assert shown["received"] == {escaped: escaped, "n": "a < b-1 > <c>"}


def test_the_time_grows_with_the_size_and_no_faster() -> None:
    """Of lists, and of one text with many values."""

    def seconds(count: int) -> float:
        items = [{"id": uuid(n), "etag": f"etag-{n}"} for n in range(1, count)]
        exchanges = [got(items), got("/a/b/".join(uuid(n) for n in range(1, count)))]
        return min(_timed(exchanges) for _ in range(3))

    assert seconds(8_000) < 8 * 4 * seconds(1_000)


def _timed(exchanges: list[Exchange]) -> float:
    start = time.process_time()
    named(exchanges)
    return time.process_time() - start


def test_a_test_that_stopped_half_way_has_the_names_of_its_snapshot() -> None:
    """The uses that made the name came later."""
    shown = {"request": "POST /sessions", "status": 200, "received": {"id": A}}
    later = {"request": "GET /afterwards", "status": 200, "received": {"rows": [{"walk_id": A}]}}
    whole = named([shown, later])

    assert whole[0]["received"] == {"id": "<walk-1>"}
    assert named([shown], like=whole) == whole[:1]
    assert named([shown])[0]["received"] == {"id": "<session-1>"}
