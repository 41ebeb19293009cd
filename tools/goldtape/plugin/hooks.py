"""Goldtape as pytest sees it: marks, the fixture, hooks. The work is done in the other files of this room.

Every run of pytest imports this file, also in projects that do not use goldtape. So it imports nothing that takes time,
and without a [tool.goldtape] table in pyproject.toml it registers no hooks of a run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from goldtape import config as configuration
from goldtape.plugin import options
from goldtape.plugin.items import RUN, cases, must_fail, uses
from goldtape.plugin.options import pytest_addoption as pytest_addoption

if TYPE_CHECKING:
    from goldtape.plugin.run import Run
    from goldtape.plugin.session import Session
    from goldtape.plugin.tape import Tape

_NAME = "goldtape-run"
_PEERS = pytest.StashKey[Sequence[str]]()
Hook = Generator[None, object, object]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the guard of the whole run, before the first conftest is imported; a wrong table is told at `configure`."""
    with suppress(configuration.ConfigError):
        root = configuration.find_root(early_config.rootpath)
        if root is None or (project := configuration.load(root)).guard != "all":
            return
        from goldtape.live import network

        whole_run = ExitStack()
        whole_run.enter_context(network.guard(project, options.asked_for(early_config.known_args_namespace.live)[0]))
        early_config.add_cleanup(whole_run.close)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(id, ...): the rows of cases.toml that this test covers")
    config.addinivalue_line("markers", "allow_network: lift goldtape's network guard for this test")
    root = configuration.find_root(config.rootpath)
    if root is None:
        return
    from goldtape.goldens.transaction import CommitError
    from goldtape.plugin.ids import Ids
    from goldtape.plugin.mode import Mode, WrongUse, chosen
    from goldtape.plugin.session import Session

    try:
        project = configuration.load(root)
        live, require = options.asked_for(config.getoption("--live"))
        # The options of plugins that may have been switched off: -p no:recording, -p no:syrupy.
        updates = any(config.getoption(name, False) for name in ("update_snapshots", "update_new_snapshots_only"))
        mode = chosen(live, config.getoption("--record-mode", None), updates, config.getoption("--against"))
        options.check_report(config.getoption("--plan-report"), mode)
        session = Session(project, mode, require)
        session.told.brief = config.getoption("verbose") < 1
        session.recover()
    except (configuration.ConfigError, WrongUse, CommitError) as error:
        raise pytest.UsageError(str(error)) from error
    # syrupy reads these when it makes a `snapshot` fixture.
    config.option.default_extension = "goldtape.goldens.snapshot.GoldenExtension"
    config.option.update_snapshots = session.mode is Mode.RECORD
    config.pluginmanager.register(Hooks(session), _NAME)
    config.pluginmanager.register(session.told, f"{_NAME}-told")
    config.pluginmanager.register(Ids())
    if session.mode is Mode.JUDGE:
        from goldtape.plugin.judging import Judging

        config.pluginmanager.register(Judging(session, config.getoption("--plan-report")))


@pytest.fixture(scope="session")
def goldtape(request: pytest.FixtureRequest) -> Tape:
    """The tape of a test: all requests of a client on `goldtape.url("<system>")` go into the goldens.

    A fixture that is wider than a test has a tape and goldens of its own.
    """
    hooks = request.config.pluginmanager.get_plugin(_NAME)
    if hooks is None:
        raise pytest.UsageError("the goldtape fixture needs a [tool.goldtape] table in pyproject.toml")
    from goldtape.plugin.tape import Tape

    session: Session = hooks.session
    return Tape(session.project, session.mode, session.url, session.runs.heard)


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
            if self.session.has_tapes:
                from goldtape.plugin import wider

                wider.forget(self.session.project)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        self.session.told.restore(terminalreporter)
        if lines := self.session.summary():
            terminalreporter.write_sep("-", "goldtape")
            for line in lines:
                terminalreporter.write_line(line)

    # ---------------------------------------------------------------- collection

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from goldtape.goldens.naming import NamesCollide, goldens_of, refuse_collisions

        taped = [self._nodeid(item) for item in items if uses(item, "goldtape")]
        try:
            refuse_collisions((nodeid, goldens_of(nodeid, self.session.project).name) for nodeid in taped)
        except NamesCollide as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        file = session.config.getoption("--goldtape-list")
        # Not after a broken import: without its tests in the list, audit would call their goldens unused.
        if file and not session.testsfailed:
            rows = [
                {
                    "nodeid": self._nodeid(item),
                    "line": (item.location[1] or 0) + 1,
                    "cases": cases(item),
                    "taped": uses(item, "goldtape"),
                    "fixtures": getattr(item, "fixturenames", []),
                }
                for item in session.items
            ]
            Path(file).write_text(json.dumps(rows), encoding="utf-8")

    # ---------------------------------------------------------------- a test and its fixtures

    @pytest.fixture(autouse=True)
    def _goldtape_opens(self, request: pytest.FixtureRequest) -> None:
        """Open the tape before any other fixture of a test that uses it."""
        if uses(request.node, "goldtape"):
            run = request.node.stash[RUN]
            run.open(request.getfixturevalue("snapshot"))
            self.session.runs.begin(run, request.node.fixturenames)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        if fixturedef.scope == "function" or not self.session.has_tapes:
            return (yield)
        with self.session.runs.around(fixturedef, request):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Hook:
        with ExitStack() as around:
            if uses(item, "goldtape") or item.get_closest_marker("allow_network"):
                item.stash[_PEERS] = around.enter_context(self._guarded(item))
            if uses(item, "goldtape") or uses(item, "snapshot"):
                around.enter_context(self._bound(item))
            return (yield)

    def _guarded(self, item: pytest.Item) -> AbstractContextManager[Sequence[str]]:
        from goldtape.live import network

        if item.get_closest_marker("allow_network"):
            return network.unguarded()
        return network.guard(self.session.project, self.session.mode.live)

    def _bound(self, item: pytest.Item) -> AbstractContextManager[None]:
        from goldtape.goldens import snapshot
        from goldtape.plugin.run import Run

        item.stash[RUN] = Run(self.session.project, self.session.mode, self._nodeid(item), cases(item))
        return snapshot.bound(item.stash[RUN])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Hook:
        try:
            return (yield)
        except Exception as error:
            if self.session.has_tapes and (problem := self.session.runs.unmatched(error)):
                raise pytest.fail.Exception(problem, pytrace=False) from None
            run = item.stash.get(RUN, None)
            if run and run.heard and self.session.mode.live and (problem := run.turn(failed=True)):
                item.add_report_section("setup", "goldtape", problem)
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Hook:
        run = item.stash.get(RUN, None)
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
            if must_fail(item):
                run.declare(run.turn(failed=False))
            else:
                self._explain(item, run, error)
            raise
        if problem := run.turn(failed=False):
            pytest.fail(problem, pytrace=False)
        return result

    def _explain(self, item: pytest.Item, run: Run, error: BaseException) -> None:
        """Put the engine's report beside a failure, or in its place if the failure says nothing more."""
        from goldtape.cassette.faults import unmatched_in

        problem = run.turn(failed=True)
        if problem and unmatched_in(error):
            raise pytest.fail.Exception(problem, pytrace=False) from None
        if why := self.session.unreachable(error):
            raise pytest.fail.Exception(f"{error}: {why}", pytrace=False) from None
        if problem:
            item.add_report_section("call", "goldtape", problem)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Hook:
        run = item.stash.get(RUN, None)
        if run is None and not self.session.has_tapes:
            return (yield)
        # After the yield all fixtures are gone: those that do not know of the tape, and wider ones that end here.
        try:
            result = yield
        except BaseException as error:
            from goldtape.cassette.faults import unmatched_in

            if problem := self.session.runs.close(run, failed=not unmatched_in(error)):
                raise pytest.fail.Exception(problem, pytrace=False) from None
            raise
        if problem := self.session.runs.close(run, failed=False) or self.session.runs.commit(run):
            pytest.fail(problem, pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo and call.when != "call" and (why := self.session.unreachable(call.excinfo.value, call.when)):
            report.longrepr = f"{call.excinfo.value}: {why}"
        if report.when == "teardown" and self.session.has_tapes:
            fixtures = self.session.runs.take_outcomes()
            vars(report)["goldtape_fixtures"] = [(one.word, one.exchanges) for one in fixtures]
        if run := item.stash.get(RUN, None):
            as_declared = report.when == "call" and report.skipped and hasattr(report, "wasxfail")
            if as_declared and (problem := run.declared()):
                report.outcome, report.longrepr = "failed", problem
            run.note(report, as_declared)
            self.session.learn(report, run)
            if (hidden := run.hidden_id) != run.nodeid:
                vars(report)["goldtape_id"] = hidden
            if report.when == "teardown" and run.outcome:
                # pytest and xdist carry any attribute of a report to where it is logged.
                vars(report)["goldtape"] = [run.outcome.word, run.outcome.exchanges]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.session.note(report, *getattr(report, "goldtape", ()))
        self.session.note_fixtures(getattr(report, "goldtape_fixtures", ()))

    def _nodeid(self, item: pytest.Item) -> str:
        from goldtape.goldens.naming import project_nodeid

        return project_nodeid(item.nodeid, item.path, self.session.project.root)
