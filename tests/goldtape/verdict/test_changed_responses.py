"""A service that answers differently is red in verify; what stays green has a reason.

Each change goes the whole way: pipeline, transcript, comparison, with another clock and other minted values than at the
recording. The reasons are a golden, `changed_responses_green.txt`: a change that nobody notices any more is a line in
its diff.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.wire import read_response
from goldtape.config import Volatile
from goldtape.exchange.interaction import Interaction, Json, Request
from goldtape.goldens import transcript
from goldtape.verdict import drift

from ..made import SHOP, config

GREEN = Path(__file__).with_name("changed_responses_green.txt")
RULES = (
    Volatile("tookMs", "constant", "a duration", frozenset({"shop.test"})),
    Volatile("timings", "constant", "durations", frozenset({"shop.test"})),
    Volatile("run", "token", "random", frozenset({"shop.test"})),
    Volatile("session", "in 20m", "an expiry in whole seconds", frozenset({"shop.test"})),
)
SYSTEM = replace(SHOP, volatile=RULES, response_headers=("x-total-count",))


class World:
    """One run of the service: its clock, and what it mints."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.clock = datetime(2026, 3, 1 + number, 10, number, 0, 123456 + 7919 * number, tzinfo=UTC)

    def at(self, digits: int = 6, zone: int | None = 0, **span: float) -> str:
        """An instant that far after the first answer, in a zone so many hours east of UTC, None for none."""
        moment = self.clock + timedelta(**span)
        local = moment.astimezone(timezone(timedelta(hours=zone or 0)))
        fraction = f".{local:%f}"[: digits + 1] if digits else ""
        return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}" + ("" if zone is None else f"{local:%z}"[:3] + ":00")

    def uuid(self, name: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.number} {name}"))

    def word(self, name: str) -> str:
        return self.uuid(name).replace("-", "")

    def answers(self) -> list[Answer]:
        """The story: an order is made, read, and refused; a text and bytes are fetched."""
        order: dict[str, Any] = {
            "id": self.uuid("order"),
            "by": self.uuid("bob"),
            "parent": "00000000-0000-0000-0000-000000000000",
            "_etag": f'"{self.word("etag")}"',
            "run": self.word("run"),
            "token": f"tok-{self.word('token')}",
            "created": self.at(),
            "updated": self.at(seconds=0.5),
            "coarse": self.at(0),
            "milli": self.at(3),
            "expires": self.at(hours=1),
            "session": self.at(0, minutes=20),
            "seeded": [self.at(minutes=-10, microseconds=5), self.at(minutes=-20, microseconds=5)],
            "born": "1980-05-05T00:00:00Z",
            "day": "2026-03-01",
            "tookMs": 12 + self.number,
            "timings": {"db": 3 + self.number, "steps": [1.5 * self.number, 2]},
            "count": 1,
            "price": 9.5,
            "open": True,
            "note": None,
            "text": f"Order {self.uuid('order')} is yours, Bob.",
            "tags": ["new", "blue"],
            "lines": [{"id": "l1", "n": 1}, {"id": "l2", "n": 2}],
            "empty": {},
        }
        made = {
            "content-type": "application/json",
            "etag": f'"{self.word("etag")}"',
            "location": f"/v1/orders/{order['id']}",
            "link": f'</v1/orders/{order["id"]}/lines>; rel="lines"',
            "set-cookie": f"sid={self.word('sid')}; Path=/; HttpOnly; Secure",
            "x-total-count": "1",
            "date": f"{self.clock:%a}",
        }
        again = copy.deepcopy(order) | {"updated": self.at(seconds=1.5), "_etag": f'"{self.word("etag 2")}"'}
        refused = {"error": {"code": "LOCKED", "message": "Order is locked.", "details": []}}
        return [
            Answer(201, made, order),
            Answer(200, {"content-type": "application/json", "etag": again["_etag"]}, again),
            Answer(423, {"content-type": "application/problem+json", "retry-after": "30"}, refused),
            Answer(200, {"content-type": "text/plain"}, f"Order {order['id']}\nfor Bob\n"),
            Answer(200, {"content-type": "application/octet-stream"}, b"\x00\xff\x01"),
        ]


@dataclass
class Answer:
    """A response as it travels; a body that is no text and no bytes is sent as JSON."""

    status: int
    headers: dict[str, str]
    body: Any
    reason: str = "OK"

    def to_interaction(self, number: int) -> Interaction:
        raw = self.body if isinstance(self.body, bytes | str | None) else json.dumps(self.body)
        wire = {
            "status": {"code": self.status, "message": self.reason},
            "headers": {name: [value] for name, value in self.headers.items()},
            "body": {"string": raw},
        }
        request = Request("POST", f"http://shop.test/v1/orders/{number}", {"x-user": "bob"}, Json({"n": number}))
        return Interaction(request, read_response(wire))


Edit = Callable[[list[Answer], World], object]


@dataclass(frozen=True)
class Change:
    """A change of the answers; `reason` is why nobody has to notice it, "" when somebody has to."""

    name: str
    edit: Edit
    reason: str = ""


def member(name: str, value: Any, exchange: int = 0) -> Edit:
    """Another value in an order; a function of the world, if it is minted."""
    return lambda a, w: a[exchange].body.__setitem__(name, value(w) if callable(value) else value)


def gone(name: str) -> Edit:
    return lambda a, _: a[0].body.pop(name)


def header(name: str, value: Any, exchange: int = 0) -> Edit:
    return lambda a, w: a[exchange].headers.__setitem__(name, value(w) if callable(value) else value)


def lost(name: str, exchange: int = 0) -> Edit:
    return lambda a, _: a[exchange].headers.pop(name)


def edit(change: Callable[[Any], object], exchange: int = 0) -> Edit:
    """A change inside a body."""
    return lambda a, _: change(a[exchange].body)


def becomes(change: Callable[[Any, World], Any], exchange: int = 0) -> Edit:
    """Another body, made of the old one."""
    return lambda a, w: a.__setitem__(exchange, replace(a[exchange], body=change(a[exchange].body, w)))


def whole(exchange: int, **how: Any) -> Edit:
    """Another status, reason or body."""
    return lambda a, _: a.__setitem__(exchange, replace(a[exchange], **how))


MINTED = "another value of a kind that the service mints, with the same relations"
RULE = "a rule of the system says that the value varies"
SPELLING = "the same JSON value (RFC 8259)"

CHANGES = [
    # ---------------------------------------------------------------- status and headers
    Change("status: 200 for 201", whole(0, status=200)),
    Change("status: 500", whole(0, status=500)),
    Change("status: 409 for 423", whole(2, status=409)),
    Change(
        "status: another reason phrase", whole(0, reason="Fine"), "a reason phrase says nothing (RFC 9110 section 15)"
    ),
    Change("etag: gone", lost("etag")),
    Change("etag: weak", header("etag", lambda w: f'W/"{w.word("etag")}"')),
    Change("etag: without quotes", header("etag", lambda w: w.word("etag"))),
    Change("etag: another than in the body", header("etag", lambda w: f'"{w.word("other")}"')),
    Change("etag: the same after a change", lambda a, _: a[1].headers.update(etag=a[0].headers["etag"])),
    Change(
        "etag: the same in header and body after a change",
        lambda a, _: (a[1].headers.update(etag=a[0].headers["etag"]), a[1].body.update(_etag=a[0].body["_etag"])),
    ),
    Change(
        "etag: another one, everywhere",
        lambda a, _: (a[0].headers.update(etag='"zzzzzzzz"'), a[0].body.update(_etag='"zzzzzzzz"')),
        MINTED,
    ),
    Change("location: gone", lost("location")),
    Change("location: another path", header("location", lambda w: f"/v2/orders/{w.uuid('order')}")),
    Change("location: another order", header("location", lambda w: f"/v1/orders/{w.uuid('other')}")),
    Change("location: absolute", header("location", lambda w: f"http://shop.test/v1/orders/{w.uuid('order')}")),
    Change("location: of somebody else", header("location", lambda w: f"/v1/orders/{w.uuid('bob')}")),
    Change("link: another relation", header("link", lambda w: f'</v1/orders/{w.uuid("order")}/lines>; rel="next"')),
    Change("link: gone", lost("link")),
    Change("retry-after: another", header("retry-after", "60", 2)),
    Change("retry-after: gone", lost("retry-after", 2)),
    Change("content-type: with a charset", header("content-type", "application/json; charset=utf-8")),
    Change("content-type: another JSON", header("content-type", "application/json", 2)),
    Change("content-type: gone", lost("content-type")),
    Change("content-type: text", header("content-type", "text/html", 3)),
    Change("listed header: another", header("x-total-count", "2")),
    Change("listed header: gone", lost("x-total-count")),
    Change("cookie: gone", lost("set-cookie")),
    Change("cookie: readable by scripts", header("set-cookie", lambda w: f"sid={w.word('sid')}; Path=/; Secure")),
    Change("cookie: renamed", header("set-cookie", lambda w: f"id={w.word('sid')}; Path=/; HttpOnly; Secure")),
    Change("cookie: another path", header("set-cookie", lambda w: f"sid={w.word('sid')}; Path=/v1; HttpOnly; Secure")),
    Change("cookie: one more", header("set-cookie", lambda w: f"sid={w.word('sid')}; Path=/; HttpOnly; Secure, a=b")),
    Change(
        "cookie: lasting", header("set-cookie", lambda w: f"sid={w.word('sid')}; Path=/; HttpOnly; Secure; Max-Age=60")
    ),
    Change("header www-authenticate: new", header("www-authenticate", "Bearer")),
    Change("header allow: new", header("allow", "GET")),
    Change("header date: another", header("date", "Mon"), "no header that matters: not in the table of the system"),
    Change("header server: new", header("server", "x"), "no header that matters: not in the table of the system"),
    # ---------------------------------------------------------------- plain values
    Change("text: another word", member("text", lambda w: f"Order {w.uuid('order')} is yours, Ann.")),
    Change("text: names another order", member("text", lambda w: f"Order {w.uuid('other')} is yours, Bob.")),
    Change("text: names nobody's order", member("text", "Order is yours, Bob.")),
    Change("text: white space", member("text", lambda w: f"Order {w.uuid('order')}  is yours, Bob.")),
    Change("number: another", member("count", 2)),
    Change("number: as text", member("count", "1")),
    Change("number: as boolean", member("count", True)),
    Change("number: as null", member("count", None)),
    Change("number: as fraction", member("count", 1.0)),
    Change("fraction: another", member("price", 9.51)),
    Change("fraction: negative", member("price", -9.5)),
    Change("boolean: other", member("open", False)),
    Change("boolean: as text", member("open", "true")),
    Change("boolean: as number", member("open", 1)),
    Change("null: as text", member("note", "")),
    Change("null: gone", gone("note")),
    Change("null: as object", member("note", {})),
    Change("member: gone", gone("count")),
    Change("member: new", member("more", 1)),
    Change("member: renamed", edit(lambda b: b.update(Count=b.pop("count")))),
    Change("member: swapped with another", edit(lambda b: b.update(created=b["updated"], updated=b["created"]))),
    Change("object: no longer empty", member("empty", {"a": 1})),
    Change("object: as list", member("empty", [])),
    Change("list: one less", edit(lambda b: b["tags"].pop())),
    Change("list: one more", edit(lambda b: b["tags"].append("red"))),
    Change("list: twice the same", edit(lambda b: b["tags"].append("new"))),
    Change("list: another order", edit(lambda b: b["tags"].reverse())),
    Change("list: empty", member("tags", [])),
    Change("list: as its text", member("tags", "new, blue")),
    Change("items: another order", edit(lambda b: b["lines"].reverse())),
    Change("items: one gone", edit(lambda b: b["lines"].pop(0))),
    Change("items: nested value", edit(lambda b: b["lines"][1].update(n=3))),
    Change("items: nested member gone", edit(lambda b: b["lines"][1].pop("n"))),
    Change("error: another code", edit(lambda b: b["error"].update(code="BUSY"), 2)),
    Change("error: another message", edit(lambda b: b["error"].update(message="Locked."), 2)),
    Change("error: message gone", edit(lambda b: b["error"].pop("message"), 2)),
    Change("error: details", edit(lambda b: b["error"]["details"].append("x"), 2)),
    Change("body: gone", whole(0, body=None)),
    Change("body: wrapped in a list", becomes(lambda body, _: [body])),
    Change("body: broken JSON", becomes(lambda body, _: json.dumps(body)[:-1])),
    Change(
        "body: equal keys",
        becomes(lambda body, _: '{"count": 2, ' + json.dumps(body)[1:]),
    ),
    Change("body: NaN", member("price", float("nan"))),
    Change(
        "body: members in another order",
        becomes(lambda body, _: dict(reversed(body.items()))),
        SPELLING,
    ),
    Change(
        "body: other white space",
        becomes(lambda body, _: json.dumps(body, indent=4)),
        SPELLING,
    ),
    # ---------------------------------------------------------------- minted values
    Change("uuid: gone", gone("id")),
    Change("uuid: as text", member("id", "order-1")),
    Change("uuid: as number", member("id", 1)),
    Change("uuid: null", member("id", None)),
    Change("uuid: nil", member("id", "00000000-0000-0000-0000-000000000000")),
    Change("uuid: max", member("id", "ffffffff-ffff-ffff-ffff-ffffffffffff")),
    Change("uuid: nil minted", member("parent", lambda w: w.uuid("parent"))),
    Change("uuid: without dashes", member("id", lambda w: w.word("order"))),
    Change("uuid: another in the second answer", member("id", lambda w: w.uuid("other"), 1)),
    Change("uuid: another user's", member("by", lambda w: w.uuid("order"))),
    Change("uuid: in braces", member("id", lambda w: f"{{{w.uuid('order')}}}")),
    Change(
        "uuid: another version, everywhere",
        lambda a, w: replaced(a, w.uuid("bob"), "0199aabb-ccdd-7abc-8def-001122334455"),
        MINTED,
    ),
    Change("token of a rule: gone", gone("run")),
    Change("token of a rule: null", member("run", None)),
    Change("token of a rule: a number", member("run", 7)),
    Change("token of a rule: another in the second answer", member("run", lambda w: w.word("other"), 1)),
    Change("token of a rule: another, everywhere", lambda a, w: replaced(a, w.word("run"), "r-0815"), RULE),
    Change("constant: gone", gone("tookMs")),
    Change("constant: as text", member("tookMs", "12 ms")),
    Change("constant: null", member("tookMs", None)),
    Change("constant: another number", member("tookMs", 4711), RULE),
    Change("constant below: member gone", edit(lambda b: b["timings"].pop("db"))),
    Change("constant below: member new", edit(lambda b: b["timings"].update(net=1))),
    Change("constant below: one step less", edit(lambda b: b["timings"]["steps"].pop())),
    Change("constant below: emptied", member("timings", {})),
    Change("constant below: another number", edit(lambda b: b["timings"].update(db=4711)), RULE),
    Change("secret: gone", gone("token")),
    Change("secret: null", member("token", None)),
    Change("secret: empty", member("token", "")),
    Change("secret: another in the second answer", member("token", lambda w: f"tok-{w.word('other')}", 1)),
    Change(
        "secret: another, everywhere",
        lambda a, w: replaced(a, w.word("token"), w.word("token 2")),
        "the value of a secret is not kept",
    ),
    # ---------------------------------------------------------------- instants
    Change("instant: gone", gone("created")),
    Change("instant: null", member("created", None)),
    Change("instant: a number", member("created", 1_772_359_200)),
    Change("instant: as text", member("created", "just now")),
    Change("instant: date only", member("created", "2026-03-01")),
    Change("instant: another offset", member("created", lambda w: w.at(zone=2))),
    Change("instant: Z for +00:00", member("created", lambda w: w.at().replace("+00:00", "Z"))),
    Change("instant: without a zone", member("created", lambda w: w.at(zone=None))),
    Change("instant: a space for the T", member("created", lambda w: w.at().replace("T", " "))),
    Change("instant: in milliseconds", member("created", lambda w: w.at(3))),
    Change("instant: in seconds", member("created", lambda w: w.at(0))),
    Change("instant: in nanoseconds", member("created", lambda w: w.at().replace("+", "789+"))),
    Change("instant: a clock two hours off", member("created", lambda w: w.at(hours=2, microseconds=1))),
    Change("instant: local time labelled UTC", member("coarse", lambda w: w.at(0, hours=2))),
    Change("instant: yesterday", member("coarse", lambda w: w.at(0, days=-1))),
    Change("instant: 1970", member("created", "1970-01-01T00:00:00.000000+00:00")),
    Change("instant: not set on update", lambda a, _: a[1].body.update(updated=a[0].body["updated"])),
    Change("instant: created again", lambda a, _: a[1].body.update(created=a[1].body["updated"])),
    Change("instant: updated before created", member("updated", lambda w: w.at(seconds=-0.5))),
    Change("instant: updated when created", member("updated", lambda w: w.at())),
    Change("instant: milliseconds as seconds", member("milli", lambda w: w.at(0))),
    Change("instant: milliseconds a day off", member("milli", lambda w: w.at(3, days=1))),
    Change("expiry: two hours", member("expires", lambda w: w.at(hours=2))),
    Change("expiry: ten years", member("expires", lambda w: w.at(days=3650))),
    Change("expiry: half a minute", member("expires", lambda w: w.at(seconds=30))),
    Change("expiry: one second longer", member("expires", lambda w: w.at(hours=1, seconds=1))),
    Change("expiry: one microsecond longer", member("expires", lambda w: w.at(hours=1, microseconds=1))),
    Change("expiry: in the past", member("expires", lambda w: w.at(hours=-1))),
    Change("expiry: at once", member("expires", lambda w: w.at())),
    Change("expiry: in whole seconds", member("expires", lambda w: w.at(0, hours=1))),
    Change("expiry: in another zone", member("expires", lambda w: w.at(hours=1, zone=1))),
    Change("expiry of a rule: an hour", member("session", lambda w: w.at(0, hours=1))),
    Change("expiry of a rule: gone", gone("session")),
    Change("expiry of a rule: another zone", member("session", lambda w: w.at(0, zone=1, minutes=20))),
    Change(
        "expiry of a rule: ten seconds later",
        member("session", lambda w: w.at(0, minutes=20, seconds=10)),
        "a rule is kept to a hundred seconds, because its clock is that of the test",
    ),
    Change(
        "seeded: five minutes later",
        member("seeded", lambda w: [w.at(minutes=-5, microseconds=5), w.at(minutes=-20, microseconds=5)]),
    ),
    Change(
        "seeded: all a minute later",
        member("seeded", lambda w: [w.at(minutes=-9, microseconds=5), w.at(minutes=-19, microseconds=5)]),
    ),
    Change("seeded: in another order", edit(lambda b: b["seeded"].reverse())),
    Change("date of birth: ten years later", member("born", "1990-05-05T00:00:00Z")),
    Change("date of birth: one second later", member("born", "1980-05-05T00:00:01Z")),
    Change("date of birth: another offset", member("born", "1980-05-05T00:00:00+00:00")),
    Change("date of birth: today", member("born", lambda w: w.at(0))),
    Change("day: another", member("day", "2026-03-02")),
    Change(
        "instant: a second earlier, in whole seconds",
        member("coarse", lambda w: w.at(0, seconds=-1)),
        "two writes of one second are equal or not, as it happens",
    ),
    Change(
        "instant: 10 ms earlier, in milliseconds",
        member("milli", lambda w: w.at(3, seconds=-0.01)),
        "two writes of one millisecond are equal or not, as it happens",
    ),
    Change("instant: later, in the same order", member("updated", lambda w: w.at(seconds=0.7)), MINTED),
    # ---------------------------------------------------------------- other bodies
    Change("text body: another word", becomes(lambda body, w: body.replace("Bob", "Ann"), 3)),
    Change(
        "text body: another order",
        becomes(lambda body, w: f"Order {w.uuid('other')}\nfor Bob\n", 3),
    ),
    Change("text body: a line more", becomes(lambda body, w: body + "and Ann\n", 3)),
    Change("text body: line end gone", becomes(lambda body, w: body[:-1], 3)),
    Change("text body: CRLF", becomes(lambda body, w: body.replace("\n", "\r\n"), 3)),
    Change("text body: as JSON", header("content-type", "application/json", 3)),
    Change("bytes: another", whole(4, body=b"\x00\xff\x02")),
    Change("bytes: one less", whole(4, body=b"\x00\xff")),
    Change("bytes: none", whole(4, body=b"")),
]


def replaced(answers: list[Answer], old: str, new: str) -> None:
    """Write another text wherever one stands."""
    for one in answers:
        one.headers = json.loads(json.dumps(one.headers).replace(old, new))
        if isinstance(one.body, dict):
            one.body = json.loads(json.dumps(one.body).replace(old, new))


def told_by(world: World, change: Edit | None = None) -> transcript.Transcript:
    """The transcript of a run of the service, changed or not."""
    answers = world.answers()
    if change:
        change(answers, world)
    project = config(Path("/project"), systems={"shop": SYSTEM})
    start = world.clock - timedelta(milliseconds=20)
    captured = [
        Captured(one.to_interaction(number), at=start + timedelta(seconds=number / 10))
        for number, one in enumerate(answers)
    ]
    return transcript.build(transcript.Heading("test"), Pipeline(project, "shop").canonical(captured, [], []), project)


GOLDEN = told_by(World(0))


def test_every_row_is_another_change() -> None:
    """At least a hundred, and no name twice."""
    assert len({one.name for one in CHANGES}) == len(CHANGES) >= 100


@pytest.mark.parametrize("number", range(1, 6))
def test_an_unchanged_service_is_green(number: int) -> None:
    """Otherwise a red row of the table would show nothing."""
    assert drift.compare(GOLDEN, told_by(World(number))) == []


def test_what_stays_green_has_a_reason() -> None:
    """Verify notices every other change."""
    green = [one for one in CHANGES if not drift.compare(GOLDEN, told_by(World(1), one.edit))]

    assert told(green) == GREEN.read_text(encoding="utf-8")


def told(green: Sequence[Change]) -> str:
    """The text of the golden: a change a line, with its reason."""
    return "".join(f"{one.name}: {one.reason or 'NOBODY SAYS WHY'}\n" for one in green)
