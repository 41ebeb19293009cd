"""The lines that a person sees above and below a run, and that they add up however the tests are run."""

from __future__ import annotations

import json
import os

import pytest

from goldtape.goldens import snapshot
from goldtape.live import network

from .project import Project

BARE = """
[tool.pytest.ini_options]
asyncio_default_fixture_loop_scope = "function"
"""
THREE = """
import pytest

@pytest.mark.case("shop/one", "shop/two")
def test_one(shop):
    shop.get("/v1/items?limit=1")

def test_two(shop):
    shop.get("/v1/items?limit=1")
    shop.get("/v1/items?limit=2")

def test_none():
    pass
"""


def test_header_and_summary_of_the_three_modes(shop: Project) -> None:
    """Above: mode, systems and cassettes. Below: what was compared or written, and the next command."""
    recorded = shop.add("tests/test_shop.py", THREE).record()

    assert (
        recorded.header == "goldtape: record (live, goldens of passing tests are written); systems: shop; 0 cassettes"
    )
    assert recorded.summary == [
        "2 tests, 3 exchanges: 2 written, 0 unchanged",
        "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
    ]

    replayed = recorded.replay()

    assert replayed.header == "goldtape: replay (network blocked); systems: shop; 2 cassettes"
    assert replayed.summary == ["2 tests, 3 exchanges compared: 0 drifted, 0 failed"]

    verified = recorded.verify("-k", "one")

    assert verified.header == "goldtape: verify (live, nothing is written); systems: shop; 2 cassettes"
    assert verified.summary == ["1 test, 1 exchange compared: 0 drifted, 0 failed"]


def test_a_run_without_tapes_has_no_summary(shop: Project) -> None:
    """Where nothing was compared there is nothing to say."""
    replayed = shop.add("tests/test_shop.py", THREE).replay("-k", "none")

    assert replayed.summary == []


def test_passed_drifted_failed_and_skipped_add_up(shop: Project) -> None:
    """Every test that had a tape is counted once, under what came of it."""
    mixed = """
    import pytest

    def test_agrees(shop):
        shop.get("/v1/items?limit=1")

    def test_drifts(shop):
        shop.post("/v1/carts", json={"name": "a"})

    def test_fails(shop):
        shop.get("/v1/items?limit=1")
        assert not shop.marked

    def test_never_recorded(shop):
        shop.get("/v1/items?limit=9")

    def test_skipped(shop):
        pytest.skip("not today")
    """
    project = shop.add("tests/test_shop.py", mixed).edit(
        "tests/conftest.py", "        yield client\n\n\n", "        client.marked = False\n        yield client\n\n\n"
    )
    recorded = project.record("--deselect", "tests/test_shop.py::test_never_recorded")

    edited = recorded.edit("cassettes/test_shop/test_drifts.yaml", '          "name": "a"', '          "name": "b"')
    replayed = edited.edit("tests/conftest.py", "marked = False", "marked = True").replay()

    assert replayed.outcomes == {"passed": 1, "failed": 3, "skipped": 1}
    assert replayed.summary[0] == "4 tests, 3 exchanges compared: 1 drifted, 2 failed"
    assert replayed.summary[1].startswith("1 cause, ")
    assert replayed.summary[-1] == "next: pytest --live tells whether the service changed too"


def test_the_outcomes_of_all_runs_are_kept(shop: Project) -> None:
    """.goldtape/results.json remembers each test's last outcome and mode; a run of one test keeps the others'."""
    recorded = shop.add("tests/test_shop.py", THREE).recorded()
    replayed = recorded.replay("-k", "test_one")

    results = json.loads(replayed.files[".goldtape/results.json"])

    assert {test: (row["outcome"], row["mode"]) for test, row in results.items()} == {
        "tests/test_shop.py::test_none": ("passed", "record"),
        "tests/test_shop.py::test_one": ("passed", "replay"),
        "tests/test_shop.py::test_two": ("passed", "record"),
    }


def test_cases_stand_in_the_snapshot(shop: Project) -> None:
    """The ids that a test carries head its snapshot; another id is a difference like any other."""
    recorded = shop.add("tests/test_shop.py", THREE).recorded()

    assert json.loads(recorded.golden("snapshots/test_shop/test_one.json"))["cases"] == ["shop/one", "shop/two"]

    renamed = recorded.edit("tests/test_shop.py", '"shop/two"', '"shop/2"').replay()

    assert renamed.report[:2] == [
        "1 difference from the snapshot, 0 breaking",
        '  changed   the snapshot\'s heading   cases   expected ["shop/one", "shop/two"], got ["shop/one", "shop/2"]',
    ]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_order_does_not_matter(shop: Project, seed: str) -> None:
    """Shuffled by pytest-randomly, the same tests agree with the same goldens."""
    recorded = shop.add("tests/test_shop.py", THREE).recorded()
    shuffled = recorded.configure("-p no:randomly ", "")

    replayed = shuffled.replay(f"--randomly-seed={seed}")

    assert f"Using --randomly-seed={seed}" in replayed.lines
    assert replayed.outcomes == {"passed": 3}
    assert replayed.summary == ["2 tests, 3 exchanges compared: 0 drifted, 0 failed"]


@pytest.mark.live  # it needs no network, but three processes, which is half the time of all the other stories together
def test_two_workers_come_to_the_same_result_as_one(shop: Project) -> None:
    """Under xdist a replay compares the same exchanges, and a recording writes the same bytes."""
    many = THREE + "".join(f"\ndef test_more_{n}(shop):\n    shop.get('/v1/items?limit={n}')\n" for n in range(1, 9))
    recorded = shop.add("tests/test_shop.py", many).record()

    apart = recorded.remove(*recorded.goldens).run_apart("--live", "--record-mode=rewrite", "-n", "2")

    assert apart.outcomes == {"passed": 11}
    assert apart.goldens == recorded.goldens
    assert apart.header == "goldtape: record (live, goldens of passing tests are written); systems: shop; 0 cassettes"
    assert apart.summary == [
        "10 tests, 11 exchanges: 10 written, 0 unchanged",
        "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
    ]
    assert sorted(path for path in apart.files if path.startswith(".goldtape/")) == [
        ".goldtape/commit.lock",
        ".goldtape/results.json",
    ]
    assert len(json.loads(apart.files[".goldtape/results.json"])) == 11


def test_a_run_inside_a_run_leaves_the_outer_one_alone(shop: Project) -> None:
    """What the plugin and its guard keep for a run is given back when that run ends; these stories depend on it."""

    def state() -> list[object]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return [list(snapshot._HOMES), list(network._rules), environ]

    before = state()
    project = shop.add("tests/test_shop.py", THREE)
    project.record().replay().verify()
    project.configure('actor = "X-User"', "actor = 7").replay()
    project.add("pyproject.toml", BARE).add("tests/conftest.py", "").replay("--collect-only")

    assert state() == before
