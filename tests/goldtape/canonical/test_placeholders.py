"""placeholders: what a server minted becomes stable, what a client sent stays, and equal stays equal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import settings

from goldtape.canonical.placeholders import stabilise
from goldtape.config import Volatile
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response

QUICK = settings(max_examples=60, deadline=None, derandomize=True)

URL = "http://shop.test/v1"
UUID_1, UUID_2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
A, B = "6f1ed002-ab5c-4e1b-9d2f-7a3c1b0e5d11", "0a9b8c7d-1234-4abc-8def-0123456789ab"


def exchange(received: Body = None, sent: Body = None, path: str = "", got: Any = None, **headers: str) -> Interaction:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Interaction(Request("POST", f"{URL}{path}", named, sent), Response(200, "OK", got or {}, received))


def received(*bodies: Any) -> list[Any]:
    """What the bodies of a test's responses become."""
    return bodies_of(stabilise([exchange(Json(body)) for body in bodies]))


def bodies_of(interactions: list[Interaction]) -> list[Any]:
    return [one.response.body.value if isinstance(one.response.body, Json) else None for one in interactions]


# ------------------------------------------------------------------ examples


def test_uuid_minted_by_the_server_is_numbered_by_first_appearance() -> None:
    """The first is 1, the second 2, and the first again is 1 again."""
    assert received([B, A], {"id": B.upper(), "again": A}) == [
        [UUID_1, UUID_2],
        {"id": "00000000-0000-4000-8000-000000000003", "again": UUID_2},
    ]


@pytest.mark.parametrize(
    ("text", "placed"),
    [
        pytest.param(f"No order {A}.", f"No order {UUID_1}.", id="sentence"),
        pytest.param(f"{URL}/orders/{A}/lines?id={A}", f"{URL}/orders/{UUID_1}/lines?id={UUID_1}", id="link"),
        pytest.param(f"{URL}?filter=id%3D{A}%26x", f"{URL}?filter=id%3D{UUID_1}%26x", id="quoted-link"),
        pytest.param(f'{{"id": "{A}"}}', f'{{"id": "{UUID_1}"}}', id="json-in-text"),
        pytest.param(f"order_{A}", f"order_{UUID_1}", id="prefixed"),
        pytest.param(f"0{A}", f"0{A}", id="part-of-a-longer-word"),
    ],
)
def test_uuid_inside_a_text_is_found(text: str, placed: str) -> None:
    """A server quotes its ids in messages and links; they are the same ids there."""
    assert received({"text": text}) == [{"text": placed}]


@pytest.mark.parametrize(
    ("echo", "placed"),
    [
        pytest.param(exchange(path=f"/orders/{A}"), exchange(path=f"/orders/{UUID_1}"), id="path"),
        pytest.param(exchange(path=f"/o/a%2F{A}%20b"), exchange(path=f"/o/a%2F{UUID_1}%20b"), id="quoted-path"),
        pytest.param(exchange(path=f"?id={A}&n=1"), exchange(path=f"?id={UUID_1}&n=1"), id="query"),
        pytest.param(exchange(x_ref=f"urn:{A}"), exchange(x_ref=f"urn:{UUID_1}"), id="header"),
        pytest.param(exchange(sent=Json({A: [A]})), exchange(sent=Json({UUID_1: [UUID_1]})), id="body"),
        pytest.param(exchange(sent=f"see {A}."), exchange(sent=f"see {UUID_1}."), id="text"),
    ],
)
def test_uuid_sent_back_by_the_client_is_the_same_placeholder(echo: Interaction, placed: Interaction) -> None:
    """Wherever a client feeds an id back, replay will ask for it under its placeholder."""
    assert stabilise([exchange(Json({"id": A})), echo])[1] == placed


def test_uuids_as_keys_of_one_object_are_numbered_as_they_are_written() -> None:
    """Their own order is random, so it cannot be the order that counts."""
    minted = [{A: "first", B: "second"}, {"x": {B: "first", A: "second"}}]

    assert received(minted[0]) == received({B: "first", A: "second"}) == [{UUID_1: "first", UUID_2: "second"}]
    assert received(minted[1]) == [{"x": {UUID_1: "first", UUID_2: "second"}}]


INSTANTS = [
    pytest.param("2026-03-01T10:00:00.123456Z", "2000-01-01T00:00:00.000001Z", id="utc"),
    pytest.param("2026-03-01T10:00:00.123456+02:00", "2000-01-01T02:00:00.000001+02:00", id="offset"),
    pytest.param("2026-03-01T10:00:00.123456-0530", "1999-12-31T18:30:00.000001-0530", id="offset-without-colon"),
    pytest.param("2026-03-01 10:00:00.123456", "2000-01-01 00:00:00.000001", id="space-and-no-offset"),
    pytest.param("2026-03-01T10:00:00.1234567Z", "2000-01-01T00:00:00.0000010Z", id="seven-digits"),
    pytest.param("2026-03-01T10:00:00.123456789Z", "2000-01-01T00:00:00.000001000Z", id="nine-digits"),
    pytest.param("2026-03-01T10:00:00.12345678Z", "2000-01-01T00:00:00.000001000Z", id="nine-digits-the-last-cut-off"),
    pytest.param("2026-03-01T10:00:00.1234Z", "2000-01-01T00:00:00.000001Z", id="six-digits-the-last-cut-off"),
    pytest.param("2026-03-01T10:00:00Z", "2000-01-01T00:00:00Z", id="seconds"),
    pytest.param("2026-03-01T10:00:00.123+00:00", "2000-01-01T00:00:00.000+00:00", id="milliseconds"),
    pytest.param("2026-03-01T10:00:00.12+00:00", "2000-01-01T00:00:00.000+00:00", id="milliseconds-the-last-cut-off"),
    pytest.param("at 2026-03-01T10:00:00Z.", "at 2000-01-01T00:00:00Z.", id="sentence"),
    pytest.param("2026-13-01T10:00:00Z", "2026-13-01T10:00:00Z", id="no-instant"),
    pytest.param("2026-03-01", "2026-03-01", id="date"),
]


@pytest.mark.parametrize(("instant", "placed"), INSTANTS)
def test_instant_keeps_its_spelling_and_loses_its_time(instant: str, placed: str) -> None:
    """A placeholder parses wherever the instant did; only instants with microseconds are told apart."""
    assert received({"at": instant}) == [{"at": placed}]


def test_instants_are_ranked_in_their_true_order_across_offsets() -> None:
    """Not the order of appearance counts, but which came first; one instant in two spellings is one."""
    late, early = "2026-03-01T12:00:00.000002+00:00", "2026-03-01T13:00:00.000001+01:00"

    assert received([late, early, "2026-03-01T12:00:00.000001Z"]) == [
        ["2000-01-01T00:00:00.000002+00:00", "2000-01-01T01:00:00.000001+01:00", "2000-01-01T00:00:00.000001Z"]
    ]


def test_instants_of_raced_requests_are_ranked_by_appearance() -> None:
    """Where the true order is the outcome of a race, it must not show."""
    body = Json(["2026-03-01T12:00:00.000002Z", "2026-03-01T12:00:00.000001Z"])

    [one] = bodies_of(stabilise([exchange(body)], raced={""}))

    assert one == ["2000-01-01T00:00:00.000001Z", "2000-01-01T00:00:00.000002Z"]


@pytest.mark.parametrize("echo", ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00", "2026-03-01T11:00:00+01:00"])
def test_coarse_instant_sent_back_in_another_spelling_is_still_the_servers(echo: str) -> None:
    """A client that parses and formats an instant does not thereby mint it."""
    [_, sent] = stabilise([exchange(Json({"at": "2026-03-01T10:00:00Z"})), exchange(sent=Json({"since": echo}))])

    assert isinstance(sent.request.body, Json)
    assert datetime.fromisoformat(sent.request.body.value["since"]) == datetime(2000, 1, 1, tzinfo=UTC)


def test_instants_of_one_second_as_keys_stay_two_entries() -> None:
    """Coarse instants become equal, but no field of an object may be lost by it."""
    [one] = received({"2026-03-01T10:00:00Z": 1, "2026-03-01T10:00:01Z": 2})

    assert sorted(one.values()) == [1, 2]


@pytest.mark.parametrize(
    ("etag", "placed"),
    [('"0x8D"', '"etag-1"'), ('W/"0x8D"', 'W/"etag-1"'), ("0x8D", "etag-1"), ("*", "*"), (f'"{A}"', '"etag-1"')],
)
def test_etag_is_told_by_its_place_and_keeps_its_quotes(etag: str, placed: str) -> None:
    """In the header, in a field of that name, and in the conditions that a client sends."""
    [one, other] = stabilise(
        [
            exchange(Json({"_etag": etag, "note": "0x8D"}), got={"etag": etag}),
            exchange(if_match=etag, if_none_match=etag),
        ]
    )

    assert one.response.headers == {"etag": placed}
    assert one.response.body == Json({"_etag": placed, "note": "0x8D"})
    assert other.request.headers == {"if-match": placed, "if-none-match": placed}


@pytest.mark.parametrize(
    "value",
    [A, UUID_1, UUID_2, "2026-03-01T10:00:00Z", "2000-01-01T00:00:00.000001Z", "2000-01-01T00:00:00Z"],
)
def test_value_the_client_sent_first_stays(value: str) -> None:
    """It is part of the test, even when it looks like a placeholder, and minted values keep clear of it."""
    mine = Json({"mine": value})
    minted = Json({"mine": value, "id": B, "at": "2026-05-05T05:05:05.123456Z"})

    one = stabilise([exchange(minted, mine, path=f"/{quote(value)}")])[0]

    assert one.request == exchange(minted, mine, path=f"/{quote(value)}").request
    assert isinstance(one.response.body, Json)
    assert one.response.body.value["mine"] == value
    assert len({*one.response.body.value.values()}) == 3
    assert B not in one.response.body.text()


def test_etags_listed_in_a_condition_are_told_apart() -> None:
    """If-None-Match may name several, and each is followed."""
    given_out = [exchange(got={"etag": '"0x8D"'}), exchange(got={"etag": 'W/"0x8E"'})]

    condition = stabilise([*given_out, exchange(if_none_match='W/"0x8E", "0x8D"')])[2].request.headers

    assert condition == {"if-none-match": 'W/"etag-2", "etag-1"'}


def test_etag_the_client_sent_first_stays() -> None:
    """A version that the client chose comes back as an etag and is still the client's."""
    test = [
        exchange(sent=Json({"version": "release-2026"}), got={"etag": '"release-2026"'}),
        exchange(if_match='"etag-1"'),
    ]

    assert stabilise(test) == test


# ------------------------------------------------------------------ rules by path

RULED = [
    pytest.param(
        "constant", "ms", [{"ms": 17, "s": "x"}, {"ms": 3.5}], [{"ms": 0, "s": "x"}, {"ms": 0.0}], id="numbers"
    ),
    pytest.param(
        "constant",
        "ms",
        [{"ms": "9 ms"}, {"ms": None}, {"ms": True}],
        [{"ms": ""}, {"ms": None}, {"ms": False}],
        id="constants",
    ),
    pytest.param(
        "constant",
        "ms",
        [{"ms": {"db": 12, "note": "x", "steps": [1.5, True, None]}}, {"ms": []}],
        [{"ms": {"db": 0, "note": "", "steps": [0.0, False, None]}}, {"ms": []}],
        id="constants-below",
    ),
    pytest.param(
        "constant", "l[*].ms", [{"l": [{"ms": 1}, {}, {"ms": 2}]}], [{"l": [{"ms": 0}, {}, {"ms": 0}]}], id="items"
    ),
    pytest.param(
        "constant", "[*].a.ms", [[{"a": {"ms": 1}}, {"a": 1}]], [[{"a": {"ms": 0}}, {"a": 1}]], id="from-the-root"
    ),
    pytest.param(
        "token",
        "run",
        [{"run": "r7"}, {"run": "r8", "x": "r7"}],
        [{"run": "token-1"}, {"run": "token-2", "x": "token-1"}],
        id="token",
    ),
    pytest.param("token", "run", [{"run": 7}, {"run": ""}], [{"run": 7}, {"run": ""}], id="token-no-text"),
    pytest.param(
        "uuid",
        "id",
        [{"id": "0123456789abcdef"}, {"x": "0123456789abcdef"}],
        [{"id": UUID_1}, {"x": UUID_1}],
        id="uuid",
    ),
    pytest.param("etag", "v", [{"v": "AAAAAAAB9E="}, {"v": "7"}], [{"v": "etag-1"}, {"v": "etag-2"}], id="etag"),
    pytest.param(
        "etag", "v", [{"v": '"AAAB9E="'}, {"v": 'W/"AA"'}], [{"v": '"etag-1"'}, {"v": 'W/"etag-2"'}], id="etag-quoted"
    ),
    pytest.param("instant", "at", [{"at": "yesterday"}], [{"at": "yesterday"}], id="instant-is-told-by-shape"),
]


@pytest.mark.parametrize("kind", ["constant", "token"])
def test_volatile_rule_of_another_system_changes_nothing(kind: str) -> None:
    """A rule is about the hosts of its own system, though another has the same path."""
    ours = [exchange(Json({"took": "5 ms"}))]

    assert stabilise(ours, [Volatile("took", kind, "why", frozenset({"other.test"}))]) == ours


@pytest.mark.parametrize(("kind", "path", "before", "after"), RULED)
def test_volatile_rule_gives_the_placeholder_of_its_class(kind: str, path: str, before: Any, after: Any) -> None:
    """A path listed as volatile holds what its class says, and only that path begins it."""
    stable = stabilise([exchange(Json(body)) for body in before], [Volatile(path, kind, "why")])

    assert [repr(body) for body in bodies_of(stable)] == [repr(body) for body in after]
    assert stabilise(stable, [Volatile(path, kind, "why")]) == stable


@pytest.mark.parametrize("kind", ["token", "uuid", "etag"])
@pytest.mark.parametrize("value", ["r-7f3a2b1c", "r7"])
def test_volatile_value_sent_back_is_the_same_placeholder(kind: str, value: str) -> None:
    """A minted value without a shape of its own is followed too: into paths, queries, bodies and conditions."""
    echo = exchange(None, Json({"run": value}), f"/runs/{value}?run={value}", if_match=f'"{value}"')
    test = [exchange(Json({"run": value})), echo]

    _, sent = stabilise(test, [Volatile("run", kind, "why")])

    assert value not in repr(sent)


@pytest.mark.parametrize("kind", ["token", "uuid", "etag"])
def test_volatile_value_shown_elsewhere_first_is_still_the_servers(kind: str) -> None:
    """A client that sends back what it was told under another name has not minted it."""
    told, echo = (
        exchange(Json({"started": "r-7f3a2b1c"})),
        exchange(Json({"run": "r-7f3a2b1c"}), path="/runs/r-7f3a2b1c"),
    )

    assert "r-7f3a2b1c" not in repr(stabilise([told, echo], [Volatile("run", kind, "why")]))


@pytest.mark.parametrize("kind", ["token", "uuid", "etag"])
def test_volatile_value_the_client_sent_first_stays(kind: str) -> None:
    """A rule is about what the server mints; what the client chose stays in both directions."""
    test = [exchange(Json({"run": "my-own-run"}), Json({"name": "my-own-run"})), exchange(path="/runs/my-own-run")]

    assert stabilise(test, [Volatile("run", kind, "why")]) == test


def test_etag_or_token_that_a_link_or_a_message_quotes_is_the_same_value_there() -> None:
    """Whole words only: the beginning of another word is another value."""
    etag, token = "8dd0f3a1c2b4e596", "0199aabbccddeeff"
    body = {
        "_etag": f'"{etag}"',
        "run": token,
        "message": f'run {token} has "{etag}".',
        "nested": f'{{"_etag": "{etag}"}}',
        "other": f"{token}0",
    }
    answered = exchange(Json(body), got={"location": f"/v1/runs/{token}/logs"})

    [once] = stabilise([answered], [Volatile("run", "token", "random")])

    assert once.response.headers == {"location": "/v1/runs/token-1/logs"}
    assert bodies_of([once]) == [
        {
            "_etag": '"etag-1"',
            "run": "token-1",
            "message": 'run token-1 has "etag-1".',
            "nested": '{"_etag": "etag-1"}',
            "other": f"{token}0",
        }
    ]


def test_token_that_the_client_sent_first_inside_a_text_stays() -> None:
    """Who shows a value first is noted wherever it stands."""
    sent = exchange(Json({"run": "0199aabbccddeeff"}), path="/runs/0199aabbccddeeff:cancel")

    assert stabilise([sent], [Volatile("run", "token", "random")]) == [sent]
