"""transcript: what a reviewer reads of an exchange, one fact a line, nothing that depends on machine or time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from goldtape.config import Config, System, Target
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response, unanswered
from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.transcript import FORMAT, Heading, OldGolden, build, exchange, label, parse, read

from ..made import SHOP, asked, config

CONFIG = config(Path("/project"), body_limit=50)
JSON, PLAIN = {"content_type": "application/json"}, {"content_type": "text/plain"}
NO_LIST = "not a snapshot: it lacks a list of exchanges"


def received(body: Body, **headers: str) -> dict[str, Any]:
    """What stands below the request of an exchange."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    shown = exchange(Interaction(Request("GET", "http://shop.test/", {}), Response(200, "OK", named, body)), CONFIG)
    del shown["request"]
    return shown


def test_an_exchange_reads_request_first_then_answer() -> None:
    """Who asks and what is sent in front of the status, in an order that never changes."""
    one = asked("PUT", "/v1/carts/1?b=2&a=1&b=3", "alice", sent={"z": 1, "a": 2}, status=409, received={"error": "no"})
    one = replace(one, request=replace(one.request, headers={**one.request.headers, "if-match": '"etag-1"'}))

    shown = exchange(one, CONFIG)

    assert json.dumps(shown) == json.dumps(
        {
            "request": "PUT /v1/carts/1",
            "as": "alice",
            "query": {"a": "1", "b": ["2", "3"]},
            "content-type": "application/json",
            "if-match": '"etag-1"',
            "sent": {"a": 2, "z": 1},
            "status": 409,
            "headers": {"content-type": "application/json"},
            "received": {"error": "no"},
        }
    )


def test_an_exchange_without_an_answer_says_so_in_its_place() -> None:
    """Nothing was received, so nothing of it is shown."""
    shown = exchange(Interaction(Request("GET", "http://shop.test/a", {}), unanswered("ReadTimeout after 6 s")), CONFIG)

    assert shown == {"request": "GET /a", "no-answer": "ReadTimeout after 6 s"}


def test_a_second_address_is_named() -> None:
    """The support API and foreign hosts stand out; the system's own host goes without saying."""
    support = replace(SHOP, targets=(*SHOP.targets, Target("shop-support", "http://support.test", "S", "")))
    both = replace(CONFIG, systems={"shop": support})

    def to(host: str, project: Config) -> Any:
        one = Interaction(Request("GET", f"http://{host}/", {}), Response(200, "OK", {}))
        return exchange(one, project).get("to")

    assert [to(host, both) for host in ("shop.test", "support.test", "other.test")] == [
        *(None, "support.test", "other.test")
    ]


@pytest.mark.parametrize(
    ("body", "headers", "shown"),
    [
        pytest.param(Json({"b": 1, "a": [2]}), {}, {"received": {"a": [2], "b": 1}}),
        pytest.param(Json(1), JSON, {"headers": {"content-type": "application/json"}, "received": 1}),
        pytest.param("one line", PLAIN, {"headers": {"content-type": "text/plain"}, "received-text": "one line"}),
        pytest.param("two\nlines", {}, {"received-text": ["two", "lines"]}),
        pytest.param(None, {"location": "/x"}, {"headers": {"location": "/x"}}),
    ],
    ids=["no-type", "json", "text", "lines", "empty"],
)
def test_a_body_is_shown_as_what_it_is(body: Body, headers: dict[str, str], shown: dict[str, Any]) -> None:
    """JSON by its members, a text by its lines; the content type is always shown."""
    assert received(body, **headers) == {"status": 200, **shown}


def test_a_large_body_is_told_by_shape_size_and_digest() -> None:
    """Above the limit, 50 bytes here; items of several shapes are united."""
    value = [{"id": n, "note": "x" * 10} for n in range(3)] + [{"id": "a"}]
    raw = Json(value).text().encode()

    found = received(Json(value), content_type="application/json")

    assert found["received-large"] == {
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "shape": {"4 items": {"id": "number or string", "note": "string"}},
    }
    assert set(received(b"\xff\xfe")["received-large"]) == {"bytes", "sha256"}


def test_a_label_names_an_exchange_in_messages() -> None:
    """Its number, the request, who asked."""
    shown = exchange(asked("GET", "/v1/carts", "bob"), CONFIG)

    assert (label(shown, 3), label(shown)) == ("3. GET /v1/carts as bob", "GET /v1/carts as bob")


def test_a_transcript_is_read_from_its_file(tmp_path: Path) -> None:
    """With its heading: the test, its cases, why values were renamed."""
    file = tmp_path / "t.json"
    transcript = build(Heading("tests/t.py::t", ["a/b"], ["who wins"]), [asked("GET", "/é")], CONFIG)
    file.write_text(json.dumps(transcript, ensure_ascii=False), encoding="utf-8")

    assert read(file) == transcript
    assert {name: transcript[name] for name in ("goldtape", "test", "cases", "races")} == {
        "goldtape": FORMAT,
        "test": "tests/t.py::t",
        "cases": ["a/b"],
        "races": ["who wins"],
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param('{\n  "goldtape": 1,\n', 3, "not JSON: ", id="cut"),
        pytest.param("[]", 1, NO_LIST, id="list"),
        pytest.param('{"goldtape": 1, "exchanges": {}}', 1, NO_LIST, id="object"),
        pytest.param('{\n"goldtape": 3, "exchanges": []}', 2, "format version 3, this goldtape reads 2; up", id="new"),
        pytest.param('{\n"goldtape": "x", "exchanges": []}', 2, "format version 'x', this goldtape reads", id="other"),
    ],
)
def test_what_is_no_transcript_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    """And never taken for an empty one."""
    with pytest.raises(UnreadableGolden) as refused:
        parse(text, Path("t.json"))

    assert refused.value.line == line
    assert refused.value.what.startswith(what)


@pytest.mark.parametrize(
    ("version", "is_old"), [("1", True), ("0", False), ("-1", False), ("3", False), ("true", False)]
)
def test_a_transcript_of_an_earlier_format_may_be_written_over(version: str, is_old: bool) -> None:
    """So it is an error of its own, which says to record again; there was no format below 1."""
    with pytest.raises(UnreadableGolden) as refused:
        parse(f'{{\n"goldtape": {version}, "exchanges": []}}', Path("t.json"))

    assert isinstance(refused.value, OldGolden) == is_old
    assert str(refused.value).endswith("next: record it in the new one: pytest --live --record-mode=rewrite") == is_old


def test_a_transcript_names_placeholders_in_both_its_parts() -> None:
    """One name a value, numbered through body and teardown; `exchange` alone names none."""
    minted = [f"00000000-0000-4000-8000-{number:012}" for number in (1, 2)]
    created, other = (asked("POST", "/v1/carts", received={"id": one}) for one in minted)

    shown = build(Heading("t"), [created, asked("GET", f"/v1/carts/{minted[0]}")], CONFIG, [other])

    assert [one["request"] for one in shown["exchanges"]] == ["POST /v1/carts", "GET /v1/carts/<cart-1>"]
    assert shown["afterwards"][0]["received"] == {"id": "<cart-2>"}
    assert exchange(created, CONFIG)["received"] == {"id": minted[0]}


def test_the_actor_of_a_system_is_its_own() -> None:
    """Another system's header says nothing here; without an actor the authorization says who asks."""
    bank = System("bank", (Target("bank", "http://bank.test", "B", ""),))
    both = replace(CONFIG, systems={"shop": SHOP, "bank": bank})
    headers = {"x-user": "bob", "authorization": "Bearer [redacted-1]"}

    shown = exchange(Interaction(Request("GET", "http://bank.test/", headers), Response(200, "", {})), both)

    assert shown["as"] == "Bearer [redacted-1]"
