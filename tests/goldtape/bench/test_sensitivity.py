"""sensitivity: each sort of change changes something, the same for the same seed, and rates are told truthfully."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bench.sensitivity import mutants
from bench.sensitivity.__main__ import report
from bench.sensitivity.kinds import is_right
from bench.sensitivity.mutations import MUTATIONS, Answer, Mutation, Seen, mutate
from bench.sensitivity.proxy import proxies
from bench.sensitivity.store import Store, equivalents

BODY = {
    "id": "6f1ed002-ab59-4b5e-9e6f-0242ac120002",
    "etag": "abc-2",
    "at": "2026-03-01T10:00:00.123456Z",
    "count": 3,
    "done": False,
    "name": "first",
    "items": [{"sku": "a"}, {"sku": "b"}],
}
ANSWER = Answer(200, {"content-type": "application/json", "etag": "abc-2"}, json.dumps(BODY).encode())
EARLIER = Seen(uuids=["11111111-ab59-4b5e-9e6f-0242ac120002"], etags=["abc-1"])


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_the_answer_and_says_what(mutation: Mutation) -> None:
    """The same change for the same seed."""
    changed, again = (mutation.change(ANSWER, EARLIER, random.Random(4)) for _ in range(2))

    assert changed is not None
    assert changed == again
    assert changed[0] != ANSWER
    assert changed[1]


def test_an_answer_that_nothing_fits_is_left_alone() -> None:
    """A body that is no JSON can still lose its status."""
    found = [mutate(Answer(204, {}, b""), Seen(), random.Random(seed)) for seed in range(9)]

    assert {one and one[0] for one in found} == {"status"}


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(BODY).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def shop() -> Iterator[str]:
    """A service on a socket."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.live
@pytest.mark.allow_network
def test_the_proxy_changes_the_response_that_was_ordered_and_no_other(shop: str) -> None:
    """And says what it did."""

    def asked(url: str) -> bytes:
        with urllib.request.urlopen(f"{url}/items") as response:
            return bytes(response.read())

    with proxies({"shop": shop}) as between:
        url = between.urls["shop"]
        between.order(2, "seed-1")
        answers = [asked(url) for _ in range(3)]
        done = between.order()

    assert [json.loads(answer) == BODY for answer in (answers[0], answers[2])] == [True, True]
    assert done["request"] == "GET /items"
    assert done["mutation"] in {one.name for one in MUTATIONS}


def row(mutation: str, red: str, **more: Any) -> dict[str, Any]:
    """A mutant of the wire."""
    return {"test": "t.py::t", "request": "GET /", "mutation": mutation, "what": "x", "red": red, **more}


def test_rates_are_told_and_survivors_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 when a rate is missed."""
    rows = [row("status", "breaking  status")] * 3 + [row("field gone", "")]

    assert report("wire", rows, {}) == 1
    assert capsys.readouterr().out.splitlines() == [
        "survived  t.py::t GET / field gone  x",
        "wire: 3 of 4 noticed (75.0%), 0 more are equivalent",
        "  1 of the survivors: field gone",
        "  100.0% in the right kind",
    ]
    assert report("wire", rows, {"t.py::t GET / field gone": "nobody reads it"}) == 0


def test_a_report_in_the_wrong_kind_is_told() -> None:
    """A changed status is no addition; a failed assertion need not name a kind."""
    assert is_right(row("status", "breaking  2. GET /  status"))
    assert not is_right(row("status", "additive  2. GET /  status"))
    assert is_right(row("status", "AssertionError"))


def test_a_mutant_that_does_not_start_is_no_mutant() -> None:
    """It says nothing of the suite."""
    judged = {"mutant": "a.py AddNot#1", "red": "", "word": "caught"}

    assert report("code", [judged, {**judged, "word": mutants.INCOMPETENT}], {}) == 0


def test_rows_outlive_a_run_that_was_broken_off(tmp_path: Path) -> None:
    """A line that was half written is left out."""
    store = Store(tmp_path, "shop", "wire")
    store.add({"n": 1})
    with store.path.open("a", encoding="utf-8") as file:
        file.write('{"n": ')

    assert store.rows() == [{"n": 1}]
    store.clear()
    assert store.rows() == []


def test_a_triage_needs_a_reason(tmp_path: Path) -> None:
    """An equivalent mutant is one of which somebody has said why."""
    file = tmp_path / "shop.toml"
    assert equivalents(file) == {}
    file.write_text('[[equivalent]]\nmutant = "a"\nwhy = "dead code"\n', encoding="utf-8")
    assert equivalents(file) == {"a": "dead code"}
    file.write_text('[[equivalent]]\nmutant = "a"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="lacks `mutant` or `why`"):
        equivalents(file)


def test_code_mutants_change_behaviour_and_come_in_the_order_of_the_seed(tmp_path: Path) -> None:
    """An annotation is no behaviour; support API and stand-ins are no part of what is tested."""
    pytest.importorskip("cosmic_ray", reason="needs cosmic-ray, as .ci/run has it")
    source = "def f(a: int | None) -> bool:\n    return a is not None and 3 < a\n"
    for name in ("shop/rules.py", "shop/support/app.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")

    found, again = (
        [(mutant.name, changed) for mutant, changed in _first(mutants.chosen(tmp_path, "shop", "1"), 5)]
        for _ in range(2)
    )

    assert found == again
    assert {name.split()[0] for name, _ in found} == {"shop/rules.py"}
    assert all("int | None" in changed for _, changed in found)


def _first(mutants: Iterator[Any], count: int) -> list[Any]:
    return [one for one, _ in zip(mutants, range(count), strict=False)]
