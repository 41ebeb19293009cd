"""What pytest sees: options, marks, fixtures, hooks. It only translates; the work is done below.

Without a [tool.goldtape] table in pyproject.toml the plugin does nothing, so it can be installed beside anything.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_recording  # noqa: F401  # first: it has vcr.matchers rewritten, which must not be imported before
from vcr.patch import force_reset

from goldtape import config as configuration
from goldtape import network, target, transaction
from goldtape.cassette import UnmatchedRequest
from goldtape.naming import NamesCollide, golden_name, refuse_collisions
from goldtape.snapshot import GoldenExtension
from goldtape.tape import Mode, Tape

_TAPE = pytest.StashKey[Tape]()
_SESSION = pytest.StashKey["Session"]()
_TRUE = ("1", "true", "yes")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("goldtape")
    group.addoption(
        "--live",
        action="store_true",
        help="talk to the running services and compare with the snapshots (GOLDTAPE_LIVE=1 does the same); "
        "with --record-mode=rewrite, write cassettes and snapshots",
    )


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
    GoldenExtension.config = project
    GoldenExtension.write = lambda path, content: transaction.commit(project.work, {path: content}) and None
    # syrupy reads these when it makes a `snapshot` fixture; --snapshot-update was refused in _mode.
    config.option.default_extension = "goldtape.snapshot.GoldenExtension"
    config.option.update_snapshots = mode is Mode.RECORD


def _mode(config: pytest.Config) -> Mode:
    live = config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE", "").lower() in _TRUE
    record = config.getoption("--record-mode")
    if config.option.update_snapshots or config.option.update_new_snapshots_only:
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


class Session:
    """One run: its mode, the services it started, and what came of its tests."""

    def __init__(self, project: configuration.Config, mode: Mode) -> None:
        self.project, self.mode = project, mode
        self.started = ExitStack()
        self.tally: Counter[str] = Counter()
        self.results: dict[str, dict[str, str]] = {}
        self._urls: dict[str, str] = {}
        self._failed: dict[str, target.TargetError] = {}

    def url(self, name: str) -> str:
        """The base URL of a target, its system started when this is the first time it is asked for."""
        system = next(one for one in self.project.systems.values() if any(t.name == name for t in one.targets))
        if system.name in self._failed:
            raise self._failed[system.name]
        if name not in self._urls:
            try:
                # The cassette of the test that asks first is open: what starts a service is no part of its story.
                with network.unguarded(), force_reset():
                    self._urls |= self.started.enter_context(target.running(self.project, {system.name: system}))
            except target.TargetError as error:
                self._failed[system.name] = error
                raise
        return self._urls[name]

    def allowed_hosts(self) -> set[str]:
        """The hosts that a live run may reach."""
        named = (os.environ.get(t.url_env) for one in self.project.systems.values() for t in one.targets)
        return {"127.0.0.1", *(host for url in named if url and (host := urlsplit(url).hostname))}


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
    unbound, GoldenExtension.write = GoldenExtension.write, tape.stage
    try:
        yield tape
    finally:
        GoldenExtension.write = unbound
        tape.close()


def _nodeid(item: Any, project: configuration.Config) -> str:
    """pytest's id, relative to the project even when pytest was started elsewhere with another rootdir."""
    file = Path(item.path)
    inside = file.relative_to(project.root).as_posix() if file.is_relative_to(project.root) else file.name
    return f"{inside}::{item.nodeid.partition('::')[2]}"


def _cases(item: Any) -> list[str]:
    return [case for mark in reversed(list(item.iter_markers("case"))) for case in mark.args]


# ------------------------------------------------------------------ hooks


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    session = config.stash.get(_SESSION, None)
    if session is None:
        return
    taped = [_nodeid(item, session.project) for item in items if "goldtape" in getattr(item, "fixturenames", ())]
    tests = session.project.tests.relative_to(session.project.root).as_posix()
    try:
        refuse_collisions((nodeid, golden_name(nodeid, tests)) for nodeid in taped)
    except NamesCollide as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    session = item.config.stash.get(_SESSION, None)
    if session is None or item.get_closest_marker("allow_network"):
        with network.unguarded():
            return (yield)
    with network.only(session.allowed_hosts() if session.mode is not Mode.REPLAY else ()):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    tape = item.stash.get(_TAPE, None)
    if tape is None:
        return (yield)
    if tape.trouble:
        pytest.fail(tape.trouble, pytrace=False)
    try:
        result = yield
    except (pytest.skip.Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        problem = tape.finish(failed=True)
        _remember(item, tape, "failed")
        if problem and _caused_by_unmatched(error):
            # The client's traceback says nothing that the report does not.
            raise pytest.fail.Exception(problem, pytrace=False) from None
        if problem:
            item.add_report_section("call", "goldtape", problem)
        raise
    problem = tape.finish(failed=False)
    _remember(item, tape, "drifted" if problem else "agreed")
    if problem:
        pytest.fail(problem, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    result = yield
    tape = item.stash.get(_TAPE, None)
    if tape is not None and tape.mode is Mode.RECORD and tape.passed:
        _remember(item, tape, "written" if tape.commit() else "unchanged")
    return result


def _remember(item: pytest.Item, tape: Tape, outcome: str) -> None:
    # User properties travel with the report, so the controller of an xdist run sees them too.
    item.user_properties = [pair for pair in item.user_properties if pair[0] != "goldtape"]
    item.user_properties.append(("goldtape", f"{outcome} {tape.exchanges}"))


def _caused_by_unmatched(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, UnmatchedRequest):
            return True
        error = error.__cause__ or error.__context__
    return False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    report.goldtape_cases = _cases(item)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    session = _current
    if session is None:
        return
    if report.when == "call" or report.outcome != "passed":
        session.results[report.nodeid] = {"outcome": report.outcome, "mode": session.mode.value}
    taped = dict(report.user_properties).get("goldtape")
    if report.when == "teardown" and taped:
        outcome, exchanges = str(taped).split()
        session.tally[outcome] += 1
        session.tally["exchanges"] += int(exchanges)


# pytest_runtest_logreport is not given the config; there is one session a process.
_current: Session | None = None


def pytest_sessionstart(session: pytest.Session) -> None:
    global _current
    _current = session.config.stash.get(_SESSION, None)
    if _current is not None and _current.mode is not Mode.REPLAY:
        # A proxy for the outside world must not be asked for the service on this machine.
        os.environ["NO_PROXY"] = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost")))


def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(_SESSION, None)
    if run is None:
        return
    run.started.close()
    if run.results and not hasattr(session.config, "workerinput"):
        file = run.project.work / "results.json"
        earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        text = json.dumps(dict(sorted((earlier | run.results).items())), indent=1)
        transaction.commit(run.project.work, {file: text.encode("utf-8")})


def pytest_report_header(config: pytest.Config) -> str | None:
    session = config.stash.get(_SESSION, None)
    if session is None:
        return None
    project, mode = session.project, session.mode
    systems = ", ".join(project.systems) or "no systems yet"
    cassettes = sum(1 for _ in project.cassettes.rglob("*.yaml"))
    doing = {
        Mode.REPLAY: "network blocked",
        Mode.VERIFY: "live, nothing is written",
        Mode.RECORD: "live, goldens of passing tests are written",
    }[mode]
    return f"goldtape: {mode.value} ({doing}); systems: {systems}; {cassettes} cassettes"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    session = config.stash.get(_SESSION, None)
    if session is None or not session.tally:
        return
    tally, mode = session.tally, session.mode
    tests = sum(count for outcome, count in tally.items() if outcome != "exchanges")
    terminalreporter.write_sep("-", "goldtape")
    if mode is Mode.RECORD:
        left = tests - tally["written"] - tally["unchanged"]
        text = f"{tests} tests, {tally['exchanges']} exchanges: {tally['written']} written, {tally['unchanged']} unchanged"
        text += f", {left} failed and left as they were" if left else ""
        following = "git diff snapshots, then pytest" if tally["written"] else ""
    else:
        off = tally["drifted"] + tally["failed"]
        text = f"{tests} tests, {tally['exchanges']} exchanges compared: {tally['drifted']} drifted, {tally['failed']} failed"
        following = "pytest --live tells whether the service or the test changed" if off and mode is Mode.REPLAY else ""
        following = "pytest --live --record-mode=rewrite, if the changes are meant" if off and not following else following
    terminalreporter.write_line(text)
    if following:
        terminalreporter.write_line(f"next: {following}")
