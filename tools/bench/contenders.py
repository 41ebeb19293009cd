"""Who is measured: the floor, Goldtape, stock vcrpy, and cassetter in both of its formats.

A contender writes its cassette with its own writer and loads it with its own reader; the requests that are then
sent are the same for all, through one httpx.Client, and are matched on method, URL and body.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx
import vcr
from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request as VcrRequest
from vcr.serializers import yamlserializer

from bench.workload import HOST, JSON_HEADERS, Workload
from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.faults import UnmatchedRequest
from goldtape.cassette.replay import ReplayCassette
from goldtape.config import Config, System, Target
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.goldens import cassette_file
from goldtape.verdict.explain import Explainer

Transport = httpx.BaseTransport | None
"""What the client is made with; None for httpx's own, which the recorders patch."""


class Contender(Protocol):
    """One way of replaying."""

    @property
    def name(self) -> str: ...

    def absent(self) -> str:
        """Why it cannot run here; "" when it can."""

    def prepare(self, work: Workload, folder: Path) -> Path:
        """Write the cassette, untimed, and say where."""

    def load(self, file: Path) -> AbstractContextManager[Transport]:
        """Load the cassette and intercept requests until left; entering it is what is timed as load."""


class Floor:
    """httpx alone: a MockTransport that looks answers up in a dictionary. It has nothing to load."""

    name = "floor"

    def absent(self) -> str:
        return ""

    def prepare(self, work: Workload, folder: Path) -> Path:
        pairs = zip(work.requests, work.answers(), strict=True)
        self._answers = {("POST", url, body): answer for (url, body), answer in pairs}
        return folder

    @contextmanager
    def load(self, file: Path) -> Iterator[Transport]:
        answers = self._answers

        def answer(request: httpx.Request) -> httpx.Response:
            content = answers[request.method, str(request.url), request.content]
            return httpx.Response(200, headers=JSON_HEADERS, content=content)

        yield httpx.MockTransport(answer)


class Goldtape:
    """What a test gets in replay: the stored cassette, found by key, with the rules of a configured system."""

    name = "goldtape"

    def absent(self) -> str:
        return ""

    def prepare(self, work: Workload, folder: Path) -> Path:
        file = folder / "goldtape.yaml"
        text = cassette_file.dump(
            (
                Interaction(
                    Request("POST", url, JSON_HEADERS, Json(sent)), Response(200, "OK", JSON_HEADERS, Json(received))
                )
                for url, sent, received in work.exchanges()
            ),
            body_limit=None,
        )
        file.write_text(text, encoding="utf-8", newline="\n")
        return file

    @contextmanager
    def load(self, file: Path) -> Iterator[Transport]:
        with replaying(file):
            yield None


class Stock:
    """vcrpy with its own cassette, YAML and matchers."""

    name = "stock vcrpy"

    def absent(self) -> str:
        return ""

    def prepare(self, work: Workload, folder: Path) -> Path:
        file = folder / "stock.yaml"
        requests = [VcrRequest("POST", url, body, JSON_HEADERS) for url, body in work.requests]
        headers = {name: [value] for name, value in JSON_HEADERS.items()}
        responses = [
            {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": {"string": body}}
            for body in work.answers()
        ]
        FilesystemPersister.save_cassette(file, {"requests": requests, "responses": responses}, yamlserializer)
        return file

    @contextmanager
    def load(self, file: Path) -> Iterator[Transport]:
        recorder = vcr.VCR(record_mode=vcr.mode.NONE, match_on=["method", "uri", "body"])
        with recorder.use_cassette(str(file)):
            yield None


class Cassetter:
    """cassetter, whose reader and matcher are written in Rust. Its YAML reader refuses large files."""

    def __init__(self, suffix: str) -> None:
        self.name, self._suffix = f"cassetter {suffix.upper()}", suffix

    def absent(self) -> str:
        return "" if importlib.util.find_spec("cassetter") else "not installed: uv run --with cassetter ..."

    def prepare(self, work: Workload, folder: Path) -> Path:
        file = folder / f"cassetter.{self._suffix}"
        cassette = self._package().Cassetter(record_mode="all").cassette(file)
        cassette.load()
        headers = {name: [value] for name, value in JSON_HEADERS.items()}
        for (url, body), answer in zip(work.requests, work.answers(), strict=True):
            cassette.record("POST", url, headers, body, 200, headers, answer)
        cassette.save()
        return file

    @contextmanager
    def load(self, file: Path) -> Iterator[Transport]:
        with self._package().use_cassette(file, record_mode="none", match_on=["method", "uri", "body"]):
            yield None

    def _package(self) -> Any:
        return importlib.import_module("cassetter")  # no dependency of ours: see `absent`


FLOOR, GOLDTAPE, STOCK = Floor(), Goldtape(), Stock()
CASSETTER = (Cassetter("yaml"), Cassetter("toml"))
CONTENDERS: tuple[Contender, ...] = (FLOOR, GOLDTAPE, STOCK, *CASSETTER)


@contextmanager
def replaying(file: Path) -> Iterator[ReplayCassette]:
    """Goldtape's replay of a cassette outside pytest, the explanation of an unmatched request included."""
    config = Config(
        root=file.parent,
        tests=file.parent,
        cassettes=file.parent,
        snapshots=file.parent,
        work=file.parent,
        systems={"bench": System("bench", (Target("bench", HOST, "", ""),), actor="x-user-id")},
    )
    stored = cassette_file.load(file)
    complain = Explainer("bench", config, stored).fault
    with ReplayCassette(str(file), stored, Pipeline(config), complain).at_work() as cassette:
        yield cassette


def explanation(cassette: ReplayCassette, url: str, body: bytes) -> str:
    """What Goldtape says of a request that it has no answer for; "" when it has one."""
    try:
        cassette.can_play_response_for(VcrRequest("POST", url, body, JSON_HEADERS))
    except UnmatchedRequest as error:
        return str(error)
    return ""


def check(contender: Contender, work: Workload, folder: Path) -> None:
    """Make sure that what is measured is right: each request gets the answer that was recorded for it.

    Raises:
        AssertionError: One did not.
    """
    with (
        contender.load(contender.prepare(work, folder)) as transport,
        httpx.Client(transport=transport, verify=False) as client,
    ):
        for (url, body), expected in zip(work.requests, work.answers(), strict=True):
            answer = client.post(url, content=body, headers=JSON_HEADERS)
            assert answer.json() == json.loads(expected), f"{contender.name} gave a wrong answer to {url}"
