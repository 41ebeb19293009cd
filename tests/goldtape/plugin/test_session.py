"""session: the lines of a run, and what it remembers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from goldtape.config import System, Target
from goldtape.live import process
from goldtape.plugin.mode import Mode
from goldtape.plugin.results import RESULTS
from goldtape.plugin.session import Session

from ..made import config


def report(
    name: str, when: Literal["setup", "call", "teardown"] = "call", outcome: Any = "passed"
) -> pytest.TestReport:
    """What pytest says of a phase of a test."""
    return pytest.TestReport(name, ("t.py", 1, name), {}, outcome, None, when)


def session(root: Path, mode: Mode, *words: str) -> Session:
    """A run in which tests came to these words, two exchanges each."""
    run = Session(config(root), mode)
    for number, word in enumerate(words):
        run.note(report(f"t.py::t{number}", "teardown"), word, 2)
    return run


@pytest.mark.parametrize(
    ("mode", "words", "lines"),
    [
        pytest.param(Mode.REPLAY, [], [], id="none"),
        pytest.param(Mode.REPLAY, ["agreed"], ["1 test, 2 exchanges compared: 0 drifted, 0 failed"], id="green"),
        pytest.param(
            Mode.REPLAY,
            ["drifted", "failed", "agreed"],
            [
                "3 tests, 6 exchanges compared: 1 drifted, 1 failed",
                "next: pytest --live tells whether the service changed too",
            ],
            id="replay",
        ),
        pytest.param(
            Mode.VERIFY,
            ["drifted"],
            [
                "1 test, 2 exchanges compared: 1 drifted, 0 failed",
                "next: pytest --live --record-mode=rewrite, if the changes are meant; then git diff snapshots",
            ],
            id="verify",
        ),
        pytest.param(Mode.RECORD, ["unchanged"], ["1 test, 2 exchanges: 0 written, 1 unchanged"], id="unchanged"),
        pytest.param(
            Mode.RECORD,
            ["written", "failed"],
            [
                "2 tests, 4 exchanges: 1 written, 0 unchanged, 1 failed and left as they were",
                "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
            ],
            id="record",
        ),
    ],
)
def test_the_summary_counts_and_names_the_next_command(
    tmp_path: Path, mode: Mode, words: list[str], lines: list[str]
) -> None:
    """One line of figures, and one of advice where there is something to do."""
    assert session(tmp_path, mode, *words).summary() == lines


def test_the_header_says_mode_systems_and_goldens(tmp_path: Path) -> None:
    """Before the first test."""
    (tmp_path / "cassettes/shop").mkdir(parents=True)
    (tmp_path / "cassettes/shop/a.yaml").touch()

    assert session(tmp_path, Mode.REPLAY).header() == "goldtape: replay (network blocked); systems: shop; 1 cassette"
    assert Session(config(tmp_path, systems={}), Mode.VERIFY).header() == (
        "goldtape: verify (live, nothing is written); systems: none yet; 1 cassette"
    )


def test_results_are_kept_beside_those_of_earlier_runs(tmp_path: Path) -> None:
    """A run of one test forgets nothing of the others; a failed set-up counts, a passed one does not."""
    first, second = session(tmp_path, Mode.REPLAY), session(tmp_path, Mode.VERIFY)
    first.note(report("a"))
    first.note(report("b", outcome="failed"))
    first.save_results()
    second.note(report("a", "setup", "skipped"))
    second.note(report("c", "setup"))
    second.save_results()

    assert json.loads((tmp_path / ".goldtape" / RESULTS).read_text()) == {
        "a": {"mode": "verify", "outcome": "skipped"},
        "b": {"mode": "replay", "outcome": "failed"},
    }


def test_a_deployment_that_cannot_be_reached_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only after a live request that could not connect, and only if a variable says where it went."""
    refused, other = httpx.ConnectError("refused"), ValueError("x")

    assert session(tmp_path, Mode.VERIFY).unreachable(refused) == ""
    monkeypatch.setenv("SHOP_URL", "http://shop.example.com")
    assert session(tmp_path, Mode.VERIFY).unreachable(refused) == (
        "SHOP_URL=http://shop.example.com cannot be reached\nnext: start it, or correct or unset the variable"
    )
    assert session(tmp_path, Mode.VERIFY).unreachable(other) == ""
    assert session(tmp_path, Mode.REPLAY).unreachable(refused) == ""


def test_logs_are_kept_after_a_failure_only(tmp_path: Path) -> None:
    """They may quote whatever was sent."""
    run = session(tmp_path, Mode.VERIFY)
    run.project.logs.mkdir(parents=True)

    run.stop(failed=True)
    assert run.project.logs.exists()

    run.stop(failed=False)
    assert not run.project.logs.exists()


@pytest.mark.live
@pytest.mark.allow_network
def test_the_logs_of_a_failed_run_stay_without_its_secrets(tmp_path: Path) -> None:
    """When the services ran and a test failed."""
    main = "import http.server as s; s.test(s.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    shop = System("shop", (Target("shop", "http://shop.test", "NO_URL", f'python -c "{main}"', "/?token=abc123xyz"),))
    run = Session(config(tmp_path, systems={"shop": shop}), Mode.VERIFY)

    run.url("shop")
    run.stop(failed=True)

    [log] = run.project.logs.iterdir()
    assert "GET /?token=[redacted]" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("fate", ["raise(SystemExit(3))", "__import__('time').sleep(60)"])
def test_logs_and_messages_of_a_failed_start_stay_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    """Neither what the tests sent nor what the log names itself, when the start fails; other runs' are left alone."""
    monkeypatch.setattr(process, "START_TIMEOUT_S", 1.0)
    said = "GET /x?api_key=abc 200\\nno user Tr0ub4dor-and-3\\nstarted"
    serve = f"python -uc \"print('{said}'); {fate}\""
    shop = System("shop", (Target("shop", "http://shop.test", "NO_URL", serve, "/healthz"),))
    run = Session(config(tmp_path, systems={"shop": shop}), Mode.VERIFY)
    run.secrets |= {"Tr0ub4dor-and-3"}
    run.project.logs.mkdir(parents=True)
    other = run.project.logs / "shop-4002.log"
    other.write_text("no user Tr0ub4dor-and-3\n", encoding="utf-8")

    with pytest.raises(pytest.fail.Exception) as failed:
        run.url("shop")
    run.stop(failed=True)

    [own] = set(run.project.logs.iterdir()) - {other}
    clean = ["GET /x?api_key=[redacted] 200", "no user [redacted]", "started"]
    assert own.read_text(encoding="utf-8").splitlines()[:3] == clean
    assert "Tr0ub4dor" in other.read_text(encoding="utf-8")
    assert [line.removeprefix("  | ") for line in str(failed.value).splitlines() if line.startswith("  | ")][
        :3
    ] == clean
    assert "Tr0ub4dor" not in str(failed.value)


def test_results_name_a_test_as_its_own_process_hides_it(tmp_path: Path) -> None:
    """An id with a secret in it is on no disk; the report carries what may be written."""
    run = Session(config(tmp_path), Mode.REPLAY)
    one = report("t.py::t[Tr0ub4dor]")
    vars(one)["goldtape_id"] = "t.py::t[[redacted]]"

    run.note(one)
    run.save_results()

    assert list(json.loads((run.project.work / RESULTS).read_text(encoding="utf-8"))) == ["t.py::t[[redacted]]"]
