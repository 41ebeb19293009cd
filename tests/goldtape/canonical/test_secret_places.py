"""No secret reaches the disk, wherever it stands; and what stands for it replays, with another secret too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from vcr.request import Request as VcrRequest

from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.canonical.redaction import Redactor
from goldtape.cassette.replay import ReplayCassette
from goldtape.cassette.wire import read_request, read_response
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.pieces import read_pieces
from goldtape.goldens import cassette_file, transcript

from ..made import SHOP, config
from .secret_places import CANARIES, DECLARED, HEADERS, IN_URI, PLACES, Message, basic

URL = "http://shop.test"
NAMES = tuple(made("x")[0] for made in HEADERS.values())
# Every header of the table is kept, so that nothing is left out instead of redacted.
KEPT = {"shop": replace(SHOP, request_headers=NAMES, response_headers=NAMES)}
Place = Callable[[str], Message]


def project() -> Config:
    return config(Path("/project"), systems=KEPT)


def wired(message: Message) -> VcrRequest:
    return VcrRequest("POST", f"{URL}{message.path}", message.body or None, message.headers)


def sent(message: Message) -> Interaction:
    return Interaction(read_request(wired(message)), Response(204, "", {}))


def received(message: Message) -> Interaction:
    headers = {name: [value] for name, value in message.headers.items()}
    response = {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": message.body}}
    return Interaction(Request("GET", f"{URL}/v1", {}), read_response(response))


def canonical(*interactions: Interaction) -> list[Interaction]:
    return Pipeline(project(), home="shop").canonical([Captured(one) for one in interactions], (), ())


def on_disk(interactions: list[Interaction]) -> Iterator[str]:
    """Every text of both goldens; bytes opened."""
    yield json.dumps(transcript.build(transcript.Heading("t"), interactions, project()), ensure_ascii=False)
    text = cassette_file.dump(interactions, body_limit=None)
    yield text
    for one in yaml.load(text, Loader=yaml.CSafeLoader)["interactions"]:
        for side, body in (
            (one["request"], one["request"]["body"]),
            (one["response"], one["response"]["body"]["string"]),
        ):
            raw = body.encode() if isinstance(body, str) else body or b""
            yield raw.replace(b"\0", b"").decode("latin-1")
            for piece in read_pieces(raw, "".join(side["headers"].get("content-type", ""))):
                found = piece.content
                yield found.text() if isinstance(found, Json) else str(found)


def leaks(interactions: list[Interaction], secret: str) -> list[str]:
    packed = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    traces = (secret, secret.replace("-", ""), quote(secret, safe=""), packed, basic(secret)[8:-4])
    return [text for text in on_disk(interactions) if any(trace in text for trace in traces)]


@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_no_secret_of_a_request_is_on_disk(place: Place, secret: str) -> None:
    """Neither in the cassette nor in the snapshot, in no spelling; and the next redaction changes nothing more."""
    found = canonical(sent(place(secret)))

    assert leaks(found, secret) == []
    assert Redactor().redact(found) == found


@pytest.mark.parametrize("secret", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("place", [place for name, place in PLACES.items() if name not in IN_URI])
def test_no_secret_of_a_response_is_on_disk(place: Place, secret: str) -> None:
    """The same for what a server minted."""
    found = canonical(received(place(secret)))

    assert leaks(found, secret) == []
    assert Redactor().redact(found) == found


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_recorded_request_is_answered_whatever_the_secret(tmp_path: Path, place: Place) -> None:
    """Replay knows a request by what is left of it: the same secret, or another one."""
    file = tmp_path / "c.yaml"
    recorded, other = CANARIES.values()
    file.write_text(cassette_file.dump(canonical(*[sent(place(recorded))] * 2), body_limit=None), encoding="utf-8")
    pipeline = Pipeline(project(), home="shop")
    cassette = ReplayCassette("t", cassette_file.load(file), pipeline, complain=lambda fault: f"no {fault.request}")

    assert cassette.can_play_response_for(wired(place(recorded)))
    assert cassette.can_play_response_for(wired(place(other)))


@pytest.mark.parametrize("place", DECLARED.values(), ids=DECLARED)
def test_what_nothing_tells_apart_is_left_until_it_is_declared(place: Place) -> None:
    """These are the limits: the field has to be named under `secrets`, and then it is redacted."""
    secret = "plumtree"
    systems = {"shop": replace(SHOP, secrets=("note", "next_token_url"))}
    declared = Pipeline(config(Path("/project"), systems=systems), home="shop")
    one = sent(place(secret))

    traces = (secret, secret.encode().hex())
    assert any(trace in repr(canonical(one)) for trace in traces)
    assert not any(trace in repr(declared.canonical([Captured(one)], (), ())) for trace in traces)


def test_the_table_is_long_and_the_search_finds() -> None:
    """At least 150 places, and a secret that is not redacted is found in each of them."""
    assert len(PLACES) >= 150
    for place in PLACES.values():
        for secret in CANARIES.values():
            assert leaks([sent(place(secret))], secret) != []
