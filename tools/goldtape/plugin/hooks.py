"""What pytest sees: options, marks, fixtures, hooks. It only translates; the work is done below.

Without a [tool.goldtape] table in pyproject.toml the plugin does nothing, so it can be installed beside anything.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_recording  # noqa: F401  # first: it has vcr.matchers rewritten, which must not be imported before

from goldtape import config as configuration
from goldtape.canonical import scanner
from goldtape.canonical.pipeline import Rules
from goldtape.cassette.replay import UnmatchedRequest
from goldtape.goldens import transaction
from goldtape.goldens.naming import NamesCollide, golden_name, project_nodeid, refuse_collisions
from goldtape.goldens.snapshot import GoldenExtension
from goldtape.live import network
from goldtape.plugin.session import Session, remember
from goldtape.plugin.tape import Mode, Tape

_TAPE = pytest.StashKey[Tape]()
_SESSION = pytest.StashKey["Session"]()
Hook = Generator[None, object, object]
_TRUE = ("1", "true", "yes")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("goldtape")
    group.addoption(
        "--live",
        action="store_true",
        help="talk to the running services and compare with the snapshots (GOLDTAPE_LIVE=1 does the same); "
        "with --record-mode=rewrite, write cassettes and snapshots",
    )
    group.addoption("--goldtape-list", metavar="FILE", help=argparse.SUPPRESS)  # for goldtape's own commands


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(id, ...): the rows of cases.toml that this test covers")
    config.addinivalue_line("markers", "allow_network: lift goldtape's network guard for this test")
    root = configuration.find_root(config.rootpath)
    if root is None:
        return
    try:
        project = configuration.load(root)
    except configuration.ConfigError as error:
        raise pytest.UsageError(str(error)) from error
    mode = _mode(config)
    transaction.recover(project.work)
    config.stash[_SESSION] = Session(project, mode)
    # Undone at the end, for a run inside a run (pytester) must leave the outer one as it was.
    undo = pytest.MonkeyPatch()
    config.add_cleanup(undo.undo)
    undo.setattr(GoldenExtension, "config", project, raising=False)
    undo.setattr(GoldenExtension, "write", functools.partial(_write_alone, project), raising=False)
    # syrupy reads these when it makes a `snapshot` fixture; --snapshot-update was refused in _mode.
    config.option.default_extension = "goldtape.goldens.snapshot.GoldenExtension"
    config.option.update_snapshots = mode is Mode.RECORD


def _write_alone(project: configuration.Config, path: Path, content: bytes) -> None:
    """Write a snapshot that no running test holds back: that of a fixture of a test without a tape."""
    transaction.commit(project.work, {path: content})


def _mode(config: pytest.Config) -> Mode:
    live = config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE", "").lower() in _TRUE
    # The options of plugins that may have been switched off: -p no:recording, -p no:syrupy.
    record = config.getoption("--record-mode", None)
    if any(config.getoption(name, False) for name in ("update_snapshots", "update_new_snapshots_only")):
        raise pytest.UsageError(
            "snapshots come out of a recording, not out of a replay\nnext: pytest --live --record-mode=rewrite"
        )
    if record not in (None, "none", "rewrite"):
        raise pytest.UsageError(
            f"--record-mode={record}: goldtape knows `rewrite` only, because a cassette half old and half new "
            "proves nothing\nnext: pytest --live --record-mode=rewrite"
        )
    if record == "rewrite" and not live:
        raise pytest.UsageError(
            "--record-mode=rewrite needs --live (or GOLDTAPE_LIVE=1): recording talks to running services\n"
            "next: pytest --live --record-mode=rewrite"
        )
    return Mode.RECORD if record == "rewrite" else Mode.VERIFY if live else Mode.REPLAY


# ------------------------------------------------------------------ fixtures


@pytest.fixture
def goldtape(request: pytest.FixtureRequest) -> Iterator[Tape]:
    """The tape of this test: build a client on `goldtape.url("<system>")`, and everything it does is golden."""
    session = request.config.stash.get(_SESSION, None)
    if session is None:
        raise pytest.UsageError("the goldtape fixture needs a [tool.goldtape] table in pyproject.toml")
    tape = Tape(
        config=session.project,
        mode=session.mode,
        nodeid=_nodeid(request.node, session.project),
        cases=_cases(request.node),
        find_url=session.url,
        snapshot=request.getfixturevalue("snapshot"),
    )
    request.node.stash[_TAPE] = tape
    with pytest.MonkeyPatch.context() as bound:
        bound.setattr(GoldenExtension, "write", tape.stage)
        bound.setattr(GoldenExtension, "canonical", tape.canonical)
        yield tape
    tape.close()


def _nodeid(item: Any, project: configuration.Config) -> str:
    return project_nodeid(item.nodeid, item.path, project.root)


def _is_taped(item: Any) -> bool:
    return "goldtape" in getattr(item, "fixturenames", ())


def _cases(item: Any) -> list[str]:
    return [case for mark in reversed(list(item.iter_markers("case"))) for case in mark.args]


# ------------------------------------------------------------------ hooks


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    session = config.stash.get(_SESSION, None)
    if session is None:
        return
    taped = [_nodeid(item, session.project) for item in items if _is_taped(item)]
    tests = session.project.tests.relative_to(session.project.root).as_posix()
    try:
        refuse_collisions((nodeid, golden_name(nodeid, tests)) for nodeid in taped)
    except NamesCollide as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_finish(session: pytest.Session) -> None:
    file, run = session.config.getoption("--goldtape-list"), session.config.stash.get(_SESSION, None)
    # Not after a broken import: a listing that lacks its tests would have their goldens called unused.
    if file and run is not None and not session.testsfailed:
        rows = [
            {"nodeid": _nodeid(item, run.project), "cases": _cases(item), "taped": _is_taped(item)}
            for item in session.items
        ]
        Path(file).write_text(json.dumps(rows), encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Hook:
    session = item.config.stash.get(_SESSION, None)
    if session is None or item.get_closest_marker("allow_network"):
        with network.unguarded():
            return (yield)
    with network.only(session.allowed_hosts() if session.mode is not Mode.REPLAY else ()):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Hook:
    tape = item.stash.get(_TAPE, None)
    if tape is None:
        return (yield from _without_tape(item))
    if tape.trouble:
        remember(item, 0, "failed")
        pytest.fail(tape.trouble, pytrace=False)
    try:
        result = yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except pytest.skip.Exception:
        if tape.mode is Mode.REPLAY and (problem := tape.finish(failed=True)):
            # "Skip, for the service does not answer" must not hide that the cassette has no answer.
            remember(item, tape.exchanges, "failed")
            raise pytest.fail.Exception(problem, pytrace=False) from None
        raise
    except BaseException as error:
        problem = tape.finish(failed=True)
        remember(item, tape.exchanges, "failed")
        if problem and _caused_by_unmatched(error):
            # The client's traceback says nothing that the report does not.
            raise pytest.fail.Exception(problem, pytrace=False) from None
        if tape.live and isinstance(error, httpx.ConnectError) and (why := item.config.stash[_SESSION].unreachable()):
            raise pytest.fail.Exception(f"{error}: {why}", pytrace=False) from None
        if problem:
            item.add_report_section("call", "goldtape", problem)
        raise
    problem = tape.finish(failed=False)
    remember(item, tape.exchanges, "drifted" if tape.drifted else "failed" if problem else "agreed")
    if problem:
        pytest.fail(problem, pytrace=False)
    return result


def _without_tape(item: pytest.Item) -> Hook:
    """A test may compare snapshots and send nothing: they too are scanned, and written when its body has passed."""
    session = item.config.stash.get(_SESSION, None)
    if session is None:
        return (yield)
    staged: dict[Path, bytes | None] = {}
    with pytest.MonkeyPatch.context() as bound:
        bound.setattr(GoldenExtension, "write", staged.__setitem__)
        result = yield
    home = Path(_nodeid(item, session.project)).parent.name
    if findings := scanner.scan_snapshots(staged, Rules(session.project, home).public()):
        pytest.fail(str(scanner.SecretFound(_nodeid(item, session.project), findings)), pytrace=False)
    transaction.commit(session.project.work, staged)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Some failures are no exception out of the body: those of a TestCase, of a subtest, a strict xfail that passed."""
    report = yield
    tape = item.stash.get(_TAPE, None)
    if tape is not None:
        tape.spoiled |= report.failed
        tape.passed &= report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Hook:
    result = yield
    tape = item.stash.get(_TAPE, None)
    if tape is not None and tape.mode is Mode.RECORD and tape.passed:
        remember(item, tape.exchanges, "written" if tape.commit() else "unchanged")
    return result


def _caused_by_unmatched(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, UnmatchedRequest):
            return True
        error = error.__cause__ or error.__context__
    return False


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if _current is not None:
        _current.note(report)


# pytest_runtest_logreport is not given the config; there is one session a process.
_current: Session | None = None


def pytest_sessionstart(session: pytest.Session) -> None:
    run = session.config.stash.get(_SESSION, None)
    undo = pytest.MonkeyPatch()
    session.config.add_cleanup(undo.undo)
    undo.setattr(sys.modules[__name__], "_current", run)
    if run is not None and run.mode is not Mode.REPLAY:
        # A proxy for the outside world must not be asked for the service on this machine.
        undo.setenv("NO_PROXY", ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost"))))


def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(_SESSION, None)
    if run is not None:
        run.stop(failed=session.testsfailed > 0)
        if not hasattr(session.config, "workerinput"):
            run.save_results()


def pytest_report_header(config: pytest.Config) -> str | None:
    session = config.stash.get(_SESSION, None)
    return session.header() if session else None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = config.stash.get(_SESSION, None)
    if session is not None and (lines := session.summary()):
        terminalreporter.write_sep("-", "goldtape")
        for line in lines:
            terminalreporter.write_line(line)
