"""`goldtape record`: what passes is recorded, then replayed to prove it."""

from __future__ import annotations

import re

import pytest

from ..stories.project import Project
from .command import Command, Outcome
from .process import interrupt, started, wait_for, with_service

ASK = """
def test_ask(shop):
    assert shop.get("/v1/items?limit=1").status_code == 200
"""
WRONG = """
def test_wrong(shop):
    assert shop.get("/v1/items?limit=2").status_code == 404
"""
LIVE_ONLY = """
def test_more(shop, goldtape):
    if goldtape.live:
        shop.get("/v1/items?limit=3")
"""
TERSE = ["-q", "--no-header", "--tb=line"]
GOLDENS = ["cassettes/test_shop/test_ask.yaml", "snapshots/test_shop/test_ask.json"]
RECORDED = [
    f"{'.':73}[100%]",
    "----------------------------------- goldtape -----------------------------------",
    "1 test, 1 exchange: 1 written, 0 unchanged",
    "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
    "--------------------------- snapshot report summary ----------------------------",
    "1 snapshot generated.",
    "1 passed in 0.00s",
]
REPLAYED = [
    f"{'.':73}[100%]",
    "----------------------------------- goldtape -----------------------------------",
    "1 test, 1 exchange compared: 0 drifted, 0 failed",
    "--------------------------- snapshot report summary ----------------------------",
    "1 snapshot passed.",
    "1 passed in 0.00s",
]


def test_what_passes_is_recorded_and_then_replayed(shop: Project, command: Command) -> None:
    """Both runs are shown before they start; the service is asked in the first alone; exit code 0."""
    recorded = command(shop.add("tests/test_shop.py", ASK), "record", *TERSE)

    assert recorded == Outcome(
        0,
        RECORDED + REPLAYED,
        ["$ pytest --live --record-mode=rewrite -q --no-header --tb=line", "$ pytest -q --no-header --tb=line"],
    )
    assert recorded.after.changed == ["calls.txt", *GOLDENS]
    assert recorded.after.golden("calls.txt") == "GET /v1/items\n"


def test_the_proof_is_a_replay_in_an_environment_that_asks_for_live_runs(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GOLDTAPE_LIVE=1 turns plain pytest into a live run, which would prove nothing about the recording."""
    monkeypatch.setenv("GOLDTAPE_LIVE", "1")

    recorded = command(shop.add("tests/test_shop.py", ASK), "record")

    headers = [line for line in recorded.out if line.startswith("goldtape: ")]
    assert recorded.code == 0
    assert recorded.err == ["$ pytest --live --record-mode=rewrite", "$ pytest"]
    assert [header.split()[1] for header in headers] == ["record", "replay"]
    assert recorded.after.golden("calls.txt") == "GET /v1/items\n"


def test_what_follows_goes_to_pytest_as_it_was_given(shop: Project, command: Command) -> None:
    """Files, -k and the like select the same tests in both runs, from wherever in the project; words stay whole."""
    project = shop.add("tests/test_shop.py", ASK + WRONG)

    recorded = command(project, "record", "tests/test_shop.py", "-k", "ask and not wrong", *TERSE, below="tests")

    assert recorded.code == 0
    assert recorded.err == [
        f"$ pytest --live --record-mode=rewrite tests/test_shop.py -k 'ask and not wrong' {' '.join(TERSE)}",
        f"$ pytest tests/test_shop.py -k 'ask and not wrong' {' '.join(TERSE)}",
    ]
    assert recorded.after.changed == ["calls.txt", *GOLDENS]


def test_a_test_that_fails_is_not_recorded_and_nothing_is_replayed(shop: Project, command: Command) -> None:
    """The goldens of the others are written; exit code 1."""
    failed = command(shop.add("tests/test_shop.py", ASK + WRONG), "record", *TERSE)

    assert (failed.code, failed.err) == (1, ["$ pytest --live --record-mode=rewrite -q --no-header --tb=line"])
    assert failed.out[-2:] == [
        "FAILED tests/test_shop.py::test_wrong - AssertionError: assert 200 == 404",
        "1 failed, 1 passed in 0.00s",
    ]
    assert failed.after.changed == ["calls.txt", *GOLDENS]


def test_a_recording_that_does_not_replay_is_found_at_once(shop: Project, command: Command) -> None:
    """A test that sends less when it is replayed has proved nothing; exit code 1."""
    unproved = command(shop.add("tests/test_shop.py", LIVE_ONLY), "record", *TERSE)

    assert unproved.code == 1
    assert len(unproved.err) == 2
    assert "1 test, 1 exchange: 1 written, 0 unchanged" in unproved.out
    assert "1 of 1 recorded interactions were not played" in unproved.out
    assert unproved.out[-1] == "1 failed in 0.00s"


@pytest.mark.parametrize(
    ("words", "last"),
    [
        pytest.param(["-k", "nothing"], "1 deselected in 0.00s", id="no-test"),
        pytest.param(["--nope"], "", id="unknown-option"),
    ],
)
def test_a_run_in_which_nothing_ran_is_wrong_use(shop: Project, command: Command, words: list[str], last: str) -> None:
    """pytest's other exit codes become 2, and no replay begins."""
    refused = command(shop.add("tests/test_shop.py", ASK), "record", *TERSE, *words)

    assert refused.code == 2
    assert refused.err[0] == f"$ pytest --live --record-mode=rewrite {' '.join([*TERSE, *words])}"
    assert [line for line in refused.err if line.startswith("$ ")] == refused.err[:1]
    assert "".join(refused.out[-1:]) == last
    assert refused.after.changed == []


@pytest.mark.live
@pytest.mark.allow_network
def test_ctrl_c_leaves_the_run_the_time_to_stop_what_it_started(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal signals both; pytest stops the services and says how far it came; exit code 2, no replay."""
    monkeypatch.delenv("SHOP_URL")
    project = with_service(shop).add("tests/test_shop.py", "def test_ask(shop):\n    shop.get('/never')\n")

    with started(project, "record", *TERSE) as process:
        wait_for(lambda: project.found().files.get("asked.txt", b"").endswith(b"/never\n"))
        stopped = interrupt(process)

    assert stopped.code == 2
    assert stopped.err == [
        "$ pytest --live --record-mode=rewrite -q --no-header --tb=line",
        "interrupted; goldens change only after their test has passed, so none is half-written",
    ]
    assert any(re.fullmatch(r"!+ KeyboardInterrupt !+", line) for line in stopped.out)
    assert stopped.out[-1] == "no tests ran in 0.00s"
    assert project.found().golden("stopped.txt") == "support\nshop\ndepot\n"
    assert project.found().goldens == {}
