"""Bodies that are large, packed, text or bytes: readable goldens, stock vcrpy replays them, a change is one entry."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import vcr
import yaml

from .project import Project

REAL_CASSETTES = Path(__file__).parents[3] / "cassettes"

LARGE = """
def test_large(shop):
    shop.get("/v1/items?limit=3000")
    shop.get("/v1/items?limit=1")
"""
CASSETTE = "cassettes/test_shop/test_large.yaml"
SNAPSHOT = "snapshots/test_shop/test_large.json"

KINDS = """
import gzip, json
import httpx

def answer(request):
    kind = request.url.path.strip("/")
    body, type_ = {
        "text": ("line one\\nline two é\\n".encode(), "text/plain; charset=utf-8"),
        "bytes": (bytes(range(256)), "application/octet-stream"),
        "packed": (gzip.compress(b'{"a": 1}'), "application/json"),
        "empty": (b"", "application/json"),
        "latin": ("fête".encode("latin-1"), "text/plain; charset=latin-1"),
        "doubled": (b'{"a": 1, "a": 2}', "application/json"),
    }[kind]
    headers = {"Content-Type": type_} | ({"Content-Encoding": "gzip"} if kind == "packed" else {})
    return httpx.Response(204 if kind == "empty" else 200, headers=headers, content=body)

answer_late = answer
"""
ASK_ALL = """
def test_kinds(shop):
    assert shop.get("/text").text == "line one\\nline two é\\n"
    assert shop.get("/bytes").content == bytes(range(256))
    assert shop.get("/packed").json() == {"a": 1}
    assert shop.get("/empty").content == b""
    assert shop.get("/latin").text == "fête"
    assert shop.get("/doubled").text == '{"a": 1, "a": 2}'
    shop.post("/text", content=b"\\x00\\xff", headers={"Content-Type": "application/octet-stream"})
    shop.post("/text", files={"file": ("a.txt", b"hello", "text/plain")})
    shop.post("/text", data={"a": "1", "b": "é"})
"""


def test_a_large_body_is_shape_count_and_digest_in_the_snapshot(shop: Project) -> None:
    """The snapshot says what a reader can judge; the cassette is compressed and stays far below the body's size."""
    recorded = shop.add("tests/test_shop.py", LARGE).record()

    large = json.loads(recorded.golden(SNAPSHOT))["exchanges"][0]
    body = json.dumps({"items": [{"id": f"item-{n:04}", "stock": n % 7} for n in range(3000)]}, separators=(",", ":"))

    assert large["received-large"]["bytes"] == len(body) > 64 * 1024
    assert large["received-large"]["shape"] == {"items": {"3000 items": {"id": "string", "stock": "number"}}}
    assert len(large["received-large"]["sha256"]) == 64
    assert "received" not in large
    assert len(recorded.files[SNAPSHOT]) < 2_000
    assert len(recorded.files[CASSETTE]) < len(body) / 5
    assert recorded.replay().outcomes == {"passed": 1}
    assert recorded.remove(*recorded.goldens).record().goldens == recorded.goldens


def test_a_change_in_a_large_body_is_one_entry(shop: Project) -> None:
    """The report says that it changed, and by what a reader can judge."""
    recorded = shop.add("tests/test_shop.py", LARGE).recorded()

    value = recorded.change_service('"stock": n % 7', '"stock": 9 if n == 2000 else n % 7').verify()
    shape = recorded.change_service("for n in range(number)", "for n in range(min(number, 2999))").verify()

    assert value.report[0] == "1 difference from the snapshot, 0 breaking"
    assert value.report[1].startswith(
        "  changed   1. GET /v1/items?limit=3000   received-large   a large body changed: sha256 "
    )
    assert shape.report[0] == "1 difference from the snapshot, 0 breaking"
    assert shape.report[1].startswith(
        "  changed   1. GET /v1/items?limit=3000   received-large   a large body changed: shape "
    )
    assert "3000 items" in shape.report[1]
    assert "2999 items" in shape.report[1]


def test_the_limit_is_the_projects_own(shop: Project) -> None:
    """`body-limit` in [tool.goldtape] moves the border."""
    low = shop.configure(
        "[tool.goldtape.systems.shop]", "[tool.goldtape]\nbody-limit = 20\n[tool.goldtape.systems.shop]"
    )

    recorded = low.add("tests/test_shop.py", LARGE.replace("3000", "2")).record()

    assert "received-large" in json.loads(recorded.golden(SNAPSHOT))["exchanges"][0]
    assert recorded.replay().outcomes == {"passed": 1}


def with_kinds(shop: Project) -> Project:
    """The service that has every kind of body, and the test that asks for each; bytes are declared."""
    declared = shop.configure('actor = "X-User"', 'actor = "X-User"\nopaque = ["application/octet-stream"]')
    return declared.add("service.py", KINDS).add("tests/test_shop.py", ASK_ALL)


def test_every_kind_of_body_survives_record_and_replay(shop: Project) -> None:
    """Text, bytes, packed, empty, another charset, JSON that is not quite: the test's assertions hold in replay."""
    recorded = with_kinds(shop).record()

    assert recorded.outcomes == {"passed": 1}

    replayed = recorded.replay()
    again = replayed.record()

    assert replayed.outcomes == {"passed": 1}
    assert again.changed == []


def test_stock_vcrpy_replays_what_the_stories_recorded(shop: Project) -> None:
    """A cassette is vcrpy's own format: without goldtape it gives the same answers, the compressed one included."""
    kinds = with_kinds(shop).recorded()
    large = shop.add("tests/test_shop.py", LARGE).recorded()

    large.write()
    answers = list(played_by_stock_vcrpy(large.path / CASSETTE))

    assert [len(answer.json()["items"]) for answer in answers] == [3000, 1]

    kinds.write()
    answers = list(played_by_stock_vcrpy(kinds.path / "cassettes/test_shop/test_kinds.yaml"))

    assert [answer.content for answer in answers[:6]] == [
        "line one\nline two é\n".encode(),
        bytes(range(256)),
        b'{\n  "a": 1\n}',
        b"",
        "fête".encode("latin-1"),
        b'{"a": 1, "a": 2}',
    ]


@pytest.mark.parametrize(
    "path", sorted(REAL_CASSETTES.rglob("*.yaml")), ids=lambda path: path.relative_to(REAL_CASSETTES).as_posix()
)
def test_stock_vcrpy_replays_every_cassette_of_this_repository(path: Path) -> None:
    """Each interaction's request, sent through stock vcrpy and httpx, gets that interaction's answer, offline."""
    answers = list(played_by_stock_vcrpy(path))

    recorded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["interactions"]

    assert [answer.status_code for answer in answers] == [one["response"]["status"]["code"] for one in recorded]
    for answer, one in zip(answers, recorded, strict=True):
        stored = one["response"]["body"]["string"]
        plain = gzip.decompress(stored) if "content-encoding" in one["response"]["headers"] else stored
        assert answer.content == (plain.encode() if isinstance(plain, str) else plain)


def played_by_stock_vcrpy(path: Path) -> Iterator[httpx.Response]:
    """The answers that stock vcrpy gives to a cassette's requests, one after the other."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    with vcr.VCR(record_mode="none").use_cassette(str(path)) as cassette, httpx.Client() as client:
        for one in loaded["interactions"]:
            request = one["request"]
            headers = {name: ", ".join(values) for name, values in request["headers"].items()}
            body = request["body"].encode() if isinstance(request["body"], str) else request["body"]
            yield client.request(request["method"], request["uri"], content=body, headers=headers)
        assert cassette.all_played
