"""Goldtape as pytest sees it: options, marks, the fixture, hooks. The work is done in the other files of this room.

Every run of pytest imports this file, also in projects that do not use goldtape. So it imports nothing that takes time,
and without a [tool.goldtape] table in pyproject.toml it registers no hooks of a run.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from goldtape import config as configuration

if TYPE_CHECKING:
    from goldtape.plugin.run import Run
    from goldtape.plugin.session import Session
    from goldtape.plugin.tape import Tape

_NAME = "goldtape-run"
_RUN = pytest.StashKey["Run"]()
_PEERS = pytest.StashKey[Sequence[str]]()
_TRUE = ("1", "true", "yes")
_REQUIRE = "require"
Hook = Generator[None, object, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("goldtape")
    group.addoption(
        "--live",
        action="store_true",
        help="talk to the running services and compare with the snapshots (GOLDTAPE_LIVE=1 does the same); "
        "with --record-mode=rewrite, write cassettes and snapshots",
    )
    # An option of its own, because one with an optional value would take the path in `pytest --live tests/x` for it.
    group.addoption(
        "--live=require",
        dest="live",
        action="store_const",
        const=_REQUIRE,
        help="likewise, and a system that cannot be started here fails its tests, which --live skips",
    )
    group.addoption("--goldtape-list", metavar="FILE", help=argparse.SUPPRESS)  # for goldtape's own commands


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the guard of the whole run, before the first conftest is imported; a wrong table is told at `configure`."""
    with suppress(configuration.ConfigError):
        root = configuration.find_root(early_config.rootpath)
        if root is None or (project := configuration.load(root)).guard != "all":
            return
        whole_run = ExitStack()
        whole_run.enter_context(_guard(project, _is_live(early_config.known_args_namespace.live)))
        early_config.add_cleanup(whole_run.close)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(id, ...): the rows of cases.toml that this test covers")
    config.addinivalue_line("markers", "allow_network: lift goldtape's network guard for this test")
    root = configuration.find_root(config.rootpath)
    if root is None:
        return
    from goldtape.goldens.transaction import CommitError
    from goldtape.plugin.mode import Mode, WrongUse, chosen
    from goldtape.plugin.session import Session

    try:
        project = configuration.load(root)
        option = config.getoption("--live")
        live, require = _is_live(option), _REQUIRE in (option, os.environ.get("GOLDTAPE_LIVE", "").lower())
        # The options of plugins that may have been switched off: -p no:recording, -p no:syrupy.
        updates = any(config.getoption(name, False) for name in ("update_snapshots", "update_new_snapshots_only"))
        session = Session(project, chosen(live, config.getoption("--record-mode", None), updates), require)
        session.recover()
    except (configuration.ConfigError, WrongUse, CommitError) as error:
        raise pytest.UsageError(str(error)) from error
    # syrupy reads these when it makes a `snapshot` fixture.
    config.option.default_extension = "goldtape.goldens.snapshot.GoldenExtension"
    config.option.update_snapshots = session.mode is Mode.RECORD
    config.pluginmanager.register(Hooks(session), _NAME)


@pytest.fixture
def goldtape(request: pytest.FixtureRequest) -> Tape:
    """The tape of this test: all requests of a client on `goldtape.url("<system>")` go into the goldens."""
    hooks = request.config.pluginmanager.get_plugin(_NAME)
    if hooks is None:
        raise pytest.UsageError("the goldtape fixture needs a [tool.goldtape] table in pyproject.toml")
    run: Run = request.node.stash[_RUN]
    return run.open(hooks.session.url, request.getfixturevalue("snapshot"))


class Hooks:
    """The hooks of a run in a project that has a table."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # ---------------------------------------------------------------- the run

    def pytest_report_header(self) -> str:
        return self.session.header()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if self.session.mode.live:
            # Requests to a service on this machine must not go to a proxy.
            undo = pytest.MonkeyPatch()
            session.config.add_cleanup(undo.undo)
            undo.setenv("NO_PROXY", ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost"))))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.session.stop(failed=session.testsfailed > 0)
        if not hasattr(session.config, "workerinput"):
            self.session.save_results()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if lines := self.session.summary():
            terminalreporter.write_sep("-", "goldtape")
            for line in lines:
                terminalreporter.write_line(line)

    # ---------------------------------------------------------------- collection

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from goldtape.goldens.naming import NamesCollide, goldens_of, refuse_collisions

        taped = [self._nodeid(item) for item in items if _uses(item, "goldtape")]
        try:
            refuse_collisions((nodeid, goldens_of(nodeid, self.session.project).name) for nodeid in taped)
        except NamesCollide as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        file = session.config.getoption("--goldtape-list")
        # Not after a broken import: without its tests in the list, audit would call their goldens unused.
        if file and not session.testsfailed:
            rows = [
                {"nodeid": self._nodeid(item), "cases": _cases(item), "taped": _uses(item, "goldtape")}
                for item in session.items
            ]
            Path(file).write_text(json.dumps(rows), encoding="utf-8")

    # ---------------------------------------------------------------- a test

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Hook:
        with ExitStack() as around:
            if _uses(item, "goldtape") or item.get_closest_marker("allow_network"):
                item.stash[_PEERS] = around.enter_context(self._guarded(item))
            if _uses(item, "goldtape") or _uses(item, "snapshot"):
                around.enter_context(self._bound(item))
            return (yield)

    def _guarded(self, item: pytest.Item) -> AbstractContextManager[Sequence[str]]:
        from goldtape.live import network

        if item.get_closest_marker("allow_network"):
            return network.unguarded()
        return _guard(self.session.project, self.session.mode.live)

    def _bound(self, item: pytest.Item) -> AbstractContextManager[None]:
        from goldtape.goldens import snapshot
        from goldtape.plugin.run import Run

        run = Run(self.session.project, self.session.mode, self._nodeid(item), _cases(item))
        item.stash[_RUN] = run
        return snapshot.bound(run)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Hook:
        run = item.stash.get(_RUN, None)
        if run is None:
            return (yield)
        if trouble := run.start(item.stash.get(_PEERS, ())):
            pytest.fail(trouble, pytrace=False)
        try:
            result = yield
        except (KeyboardInterrupt, SystemExit):
            raise
        except pytest.skip.Exception:
            if not self.session.mode.live and (problem := run.turn(failed=True)):
                # A test that skips "because the service does not answer" must not hide a missing recording.
                raise pytest.fail.Exception(problem, pytrace=False) from None
            run.outcome = None
            raise
        except BaseException as error:
            if _must_fail(item):
                run.declare(run.turn(failed=False))
            else:
                self._explain(item, run, error)
            raise
        if problem := run.turn(failed=False):
            pytest.fail(problem, pytrace=False)
        return result

    def _explain(self, item: pytest.Item, run: Run, error: BaseException) -> None:
        """Put the engine's report beside a failure, or in its place if the failure says nothing more."""
        from goldtape.cassette.faults import comes_of_unmatched

        problem = run.turn(failed=True)
        if problem and comes_of_unmatched(error):
            raise pytest.fail.Exception(problem, pytrace=False) from None
        if why := self.session.unreachable(error):
            raise pytest.fail.Exception(f"{error}: {why}", pytrace=False) from None
        if problem:
            item.add_report_section("call", "goldtape", problem)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Hook:
        run = item.stash.get(_RUN, None)
        if run is None:
            return (yield)
        # Here all fixtures are gone, those that do not know of the tape too.
        try:
            result = yield
        except BaseException as error:
            from goldtape.cassette.faults import comes_of_unmatched

            if problem := run.close(failed=not comes_of_unmatched(error)):
                raise pytest.fail.Exception(problem, pytrace=False) from None
            raise
        if problem := run.close(failed=False) or run.commit():
            pytest.fail(problem, pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo and call.when != "call" and (why := self.session.unreachable(call.excinfo.value, call.when)):
            report.longrepr = f"{call.excinfo.value}: {why}"
        if run := item.stash.get(_RUN, None):
            as_declared = report.when == "call" and report.skipped and hasattr(report, "wasxfail")
            if as_declared and (problem := run.declared()):
                report.outcome, report.longrepr = "failed", problem
            run.note(report, as_declared)
            self.session.secrets |= run.secrets
            if (hidden := run.hidden_id) != run.nodeid:
                vars(report)["goldtape_id"] = hidden
            if report.when == "teardown" and run.outcome:
                # pytest and xdist carry any attribute of a report to where it is logged.
                vars(report)["goldtape"] = [run.outcome.word, run.outcome.exchanges]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.session.note(report, *getattr(report, "goldtape", ()))

    def _nodeid(self, item: pytest.Item) -> str:
        from goldtape.goldens.naming import project_nodeid

        return project_nodeid(item.nodeid, item.path, self.session.project.root)


def _guard(project: configuration.Config, live: bool) -> AbstractContextManager[Sequence[str]]:
    from goldtape.live import network

    if not live:
        return network.only(())
    from goldtape.live import target

    return network.only(target.reachable(project))


def _is_live(option: object) -> bool:
    return bool(option) or os.environ.get("GOLDTAPE_LIVE", "").lower() in (*_TRUE, _REQUIRE)


def _must_fail(item: pytest.Item) -> bool:
    """Whether a test is declared to fail: a strict xfail."""
    marks = list(item.iter_markers("xfail"))
    return bool(marks) and any(mark.kwargs.get("strict", item.config.getini("xfail_strict")) for mark in marks)


def _uses(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def _cases(item: pytest.Item) -> list[str]:
    return [case for mark in reversed(list(item.iter_markers("case"))) for case in mark.args]
