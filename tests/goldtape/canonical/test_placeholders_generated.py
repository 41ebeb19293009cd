"""placeholders, over generated tests: idempotent, order kept, links kept, equal from recording to recording."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.canonical.placeholders import stabilise
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.walk import leaves

QUICK = settings(max_examples=30, deadline=None, derandomize=True)

URL = "http://shop.test/v1"
UUID_1 = "00000000-0000-4000-8000-000000000001"

CONSTANTS = [
    UUID_1,
    "5e5e5e5e-0000-4000-8000-00000000c0de",
    "2000-01-01T00:00:00.000002Z",
    "2026-01-01T00:00:00Z",
    "etag-2",
]
MINTED = [*(f"{kind}{n}" for kind in "ufce" for n in range(3))]  # uuids, fine and coarse instants, etags
STYLES = ["Z", "+00:00", "+02:00"]
Script = list[tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]]
"""For each exchange what is sent and what is received, as (slot, name, style)."""


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    script: Script = []
    known = list(CONSTANTS)
    for _ in range(draw(st.integers(1, 4))):
        slots = st.sampled_from(["path", "query", "header", "field", "sentence", "json", "etag"])
        sent = draw(st.lists(st.tuples(slots, st.sampled_from(known), st.sampled_from(STYLES)), max_size=4))
        slots = st.sampled_from(["field", "sentence", "json", "link", "key", "etag"])
        sent_first = {name for _, name, _ in sent}
        # An etag as short as "etag-2" is followed by its place only, so a server that mints it proves nothing here.
        shown = [*MINTED, *(name for name in known if name != "etag-2" or name in sent_first)]
        got = draw(st.lists(st.tuples(slots, st.sampled_from(shown), st.sampled_from(STYLES)), max_size=6))
        known += [name for _, name, _ in got]
        script.append((sent, got))
    return script


class World:
    """The values of one recording: others in every recording, but in the same order of time."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)  # values, not secrets
        start = datetime(2026, 5, 5, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**6), microseconds=1)
        self.values: dict[str, Any] = {f"u{n}": str(UUID(int=chance.getrandbits(128), version=4)) for n in range(3)}
        self.values |= {f"e{n}": f"0x{chance.getrandbits(64):016X}" for n in range(3)}
        for n in range(3):
            start += timedelta(seconds=chance.randrange(1, 100))
            self.values |= {f"f{n}": start, f"c{n}": start.replace(microsecond=0) + timedelta(days=1)}

    def spell(self, name: str, style: str) -> str:
        value = self.values.get(name, name)
        if not isinstance(value, datetime):
            return str(value)
        zone = timezone(timedelta(hours=2)) if style == "+02:00" else UTC
        text = value.astimezone(zone).isoformat(timespec="microseconds" if name[0] == "f" else "seconds")
        return text.replace("+00:00", style) if zone is UTC else text

    def play(self, script: Script) -> list[Interaction]:
        return [self._exchange(sent, got) for sent, got in script]

    def _exchange(self, sent: list[tuple[str, str, str]], got: list[tuple[str, str, str]]) -> Interaction:
        path, query, headers = "/x", {}, {}
        for number, (slot, name, style) in enumerate(sent):
            value = self.spell(name, style)
            if slot == "path":
                path += f"/{'' if name[0] == 'e' else 'a%2F'}{quote(value, safe='')}"
            elif slot == "query":
                query[f"q{number}"] = value
            elif slot == "header":
                headers[f"x-{number}"] = f"<{value}>" if name[0] != "e" else value
            elif slot == "etag" and name[0] == "e":
                headers["if-match"] = f'"{value}"'
        uri = f"{URL}{path}" + (f"?{urlencode(query)}" if query else "")
        etags = [self.spell(name, style) for slot, name, style in got if slot == "etag" and name[0] == "e"]
        answered = {"etag": f'W/"{etags[0]}"'} if etags else {}
        links = [self.spell(name, style) for slot, name, style in got if slot == "link" and name[0] == "u"]
        answered |= {"location": f"{URL}/{links[0]}"} if links else {}
        bodies = [Json(dict(self._fields(facts))) if facts else None for facts in (sent, got)]
        return Interaction(Request("POST", uri, headers, bodies[0]), Response(200, "OK", answered, bodies[1]))

    def _fields(self, facts: list[tuple[str, str, str]]) -> Iterator[tuple[str, Any]]:
        for number, (slot, name, style) in enumerate(facts):
            value, key = self.spell(name, style), f"{number:02d}"
            if name[0] == "e":
                yield key, {"_etag": f'"{value}"' if slot == "sentence" else value}
            elif slot == "sentence":
                yield key, f"There is ({value}), see {value}."
            elif slot == "json":
                yield key, json.dumps({"in": [value]})
            elif slot == "key" and name[0] == "u":
                yield key, {value: 1}
            else:
                yield key, [value]


SEEDS = st.integers(0, 2**32)


@QUICK
@given(scripts(), SEEDS)
def test_stabilise_twice_changes_nothing_more(script: Script, seed: int) -> None:
    """Stable interactions are their own placeholders."""
    once = stabilise(World(seed).play(script))

    assert stabilise(once) == once


@QUICK
@given(scripts(), SEEDS, SEEDS)
def test_stabilise_two_recordings_are_equal(script: Script, seed: int, other: int) -> None:
    """The same test against the same service gives the same goldens, whatever was minted this time."""
    assert stabilise(World(seed).play(script)) == stabilise(World(other).play(script))


@QUICK
@given(scripts(), SEEDS)
def test_stabilise_keeps_links_order_and_the_clients_own(script: Script, seed: int) -> None:
    """Equal values stay equal, distinct ones distinct; instants keep their order; constants of the client stay."""
    world = World(seed)
    before = world.play(script)
    after = stabilise(before)

    uuids = pairs(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", before, after)
    assert len({old for old, _ in uuids}) == len({new for _, new in uuids}) == len(uuids)
    etags = pairs(r"0x[0-9A-F]{16}|etag-\d+", before, after)
    assert len({old for old, _ in etags}) == len({new for _, new in etags}) == len(etags)
    fine = pairs(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}(?:Z|\+\d\d:\d\d)", before, after)
    minted = sorted({(parsed(old), parsed(new)) for old, new in fine if old != new})
    assert [new for _, new in minted] == sorted({new for _, new in minted})
    assert len({old for old, _ in minted}) == len(minted)
    brought = {name for sent, _ in script[:1] for _, name, _ in sent}
    assert [(old, new) for old, new in {*uuids, *etags, *fine} if old in brought and old != new] == []


def parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pairs(pattern: str, before: list[Interaction], after: list[Interaction]) -> set[tuple[str, str]]:
    """Each value that looks like `pattern` with what it became, place by place."""
    found: set[tuple[str, str]] = set()
    for old, new in zip(texts(before), texts(after), strict=True):
        found |= set(zip(re.findall(pattern, old), re.findall(pattern, new), strict=True))
    return found


def texts(interactions: list[Interaction]) -> Iterator[str]:
    for one in interactions:
        yield one.request.uri.replace("%3A", ":").replace("%2B", "+")
        for side in (one.request, one.response):
            yield from side.headers.values()
            yield from (str(value) for _, value in leaves(side.body))
