"""A judged run: what each test says of the plan, the table at the end, and the exit code.

A set-up only arranges, so what fails there is not judged; so is a test that met NotJudged, was skipped, got no answer
from a service that has not answered yet, or sent nothing. Anything else that ends a body early is a deviation, an error
of the test's own code too: it stands there with its message. What fails in a teardown leaves the verdict as it is.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from goldtape.config import ConfigError
from goldtape.exchange.interaction import Interaction
from goldtape.goldens.naming import goldens_of, project_nodeid
from goldtape.live import target
from goldtape.plugin.arrange import NotJudged
from goldtape.plugin.heard import Heard
from goldtape.plugin.items import RUN, cases, must_fail, uses
from goldtape.plugin.session import Session, lacks_an_answer
from goldtape.verdict import plan
from goldtape.verdict.cases import read_cases
from goldtape.verdict.plan import Judgement

_JUDGEMENT = pytest.StashKey[Judgement]()
_SENT_NOTHING = "it sent nothing that its tape could hear"
# Of a message of pytest, the first lines say what was expected and what was there.
_LINES, _COLUMNS = 3, 160
_ADVICE = "Use -v to get"  # pytest's, about what it left out
_LETTERS = {"deviates": ("D", "DEVIATES"), "not judged": ("n", "NOT JUDGED"), "clean-up": ("C", "CLEAN-UP")}
Report = Generator[None, pytest.TestReport, pytest.TestReport]


class Judging:
    """The hooks of a judged run; `report` is the file that gets the verdict as JSON."""

    def __init__(self, session: Session, report: str | None) -> None:
        self.session, self._report = session, report
        self._found: dict[str, Judgement] = {}
        self._alive: set[str] = set()
        self._met = False
        self._where = {one.name: target.place(one) for one in session.project.systems.values()}

    def pytest_collection_modifyitems(self, items: list[pytest.Item], config: pytest.Config) -> None:
        """Leave out the tests that ask no service: they say nothing of a plan."""
        if others := [item for item in items if not _asks(item)]:
            config.hook.pytest_deselected(items=others)
            items[:] = [item for item in items if _asks(item)]

    # ---------------------------------------------------------------- one test

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Report:
        report = yield
        before = self._begun(item) if call.when == "setup" else item.stash[_JUDGEMENT]
        error = call.excinfo.value if call.excinfo else None
        after = self._judged(item, before, report, error)
        if error is not None and after is not before:
            after = self._told(item, after, call)
        item.stash[_JUDGEMENT] = after
        vars(report)["goldtape_judgement"] = asdict(after)
        if report.failed and error is None and must_fail(item) and after.verdict == "conforms":
            report.outcome, report.longrepr = "passed", None  # it was declared to fail, of another service
        if report.when == "teardown" and after is not before:
            vars(report)["goldtape_word"] = "clean-up"
        elif (report.when == "call" or report.failed) and after.verdict != "conforms" and not _is_skip(report):
            vars(report)["goldtape_word"] = after.verdict
        return report

    def _begun(self, item: pytest.Item) -> Judgement:
        project, own = self.session.project, cases(item)
        run = item.stash.get(RUN, None)
        nodeid = run.hidden_id if run else project_nodeid(item.nodeid, item.path, project.root)
        asked = sorted(run.heard.asked) if run and run.heard else []
        home = goldens_of(nodeid, project).name.parts[0]
        only = project.systems if len(project.systems) == 1 else ()
        named = [*(one.partition("/")[0] for one in own), home, *asked, *only]
        return Judgement(nodeid, own, next((name for name in named if name in project.systems), ""))

    def _judged(
        self, item: pytest.Item, held: Judgement, report: pytest.TestReport, error: BaseException | None
    ) -> Judgement:
        """What the test says after one of its phases; the phases of a test with subtests are more than three."""
        if report.when == "teardown":
            return replace(held, cleanup=_said(error)) if report.failed and error and not _arranging(error) else held
        if held.verdict == "deviates":
            return held
        declared = isinstance(error, pytest.xfail.Exception)
        if declared or _is_skip(report) or (error and (report.when == "setup" or _arranging(error))):
            of_plan = bool(held.cases) or not _is_skip(report)
            return replace(held, verdict="not judged", reason=_reason(report, error), of_plan=of_plan)
        heard = _heard(item)
        if error is None and (report.passed or must_fail(item)):
            undecided = held.reason in ("", plan.UNFINISHED, _SENT_NOTHING)  # or else a subtest was not judged
            return self._passed(held, heard) if report.when == "call" and undecided else held
        if error and lacks_an_answer(error) and not self._answers(held, heard):
            return replace(held, verdict="not judged", reason=_said(error))
        return replace(held, verdict="deviates", reason=_said(error) if error else str(report.longrepr))

    def _passed(self, held: Judgement, heard: Heard | None) -> Judgement:
        if heard is None or not heard.has_sent:
            return replace(held, verdict="not judged", reason=_SENT_NOTHING)
        heard.as_sent()  # the secrets have to be known that may stand in the log of the service
        self._alive.add(held.system)
        return replace(held, verdict="conforms", reason="")

    def _answers(self, held: Judgement, heard: Heard | None) -> bool:
        """Whether the system has answered a test of this process; after that, to be silent is something it does."""
        return held.system in self._alive or any(one.response.answered for one in _exchanges(heard))

    def _told(self, item: pytest.Item, judgement: Judgement, call: pytest.CallInfo[None]) -> Judgement:
        """With the exchange and the place, and everything without secrets and live addresses."""
        assert call.excinfo
        wider = self.session.runs.heard_before(call.excinfo.value) if self.session.has_tapes else None
        heard = wider or _heard(item)
        exchanges = _exchanges(heard)
        hidden = heard.text_as_sent if heard else str
        tests = self.session.project.tests
        own = [one for one in call.excinfo.traceback if Path(one.path).is_relative_to(tests)]
        place = f"{Path(own[-1].path).relative_to(self.session.project.root)}:{own[-1].lineno + 1}" if own else ""
        if call.when == "teardown":
            return replace(judgement, cleanup=_clipped(hidden(judgement.cleanup)))
        shown = self._shown(exchanges, heard) if heard and exchanges else None
        # The first test without an answer tells it in other words than those that come after it.
        known = next((why for why in self.session.failures if why in judgement.reason), "")
        return replace(judgement, reason=_clipped(known or hidden(judgement.reason)), exchange=shown, place=place)

    def _shown(self, exchanges: list[Interaction], heard: Heard) -> dict[str, Any]:
        """The last exchange, as plain values."""
        last = exchanges[-1]
        system = self.session.project.system_of(last.request.uri)
        uri = last.request.uri.removeprefix(system.targets[0].host) if system else last.request.uri
        shown: dict[str, Any] = {"number": len(exchanges), "request": f"{last.request.method} {uri or '/'}"}
        if actor := heard.actor(last):
            shown["as"] = actor
        if not last.response.answered:
            return shown | {"no-answer": last.response.reason}
        return shown | {"status": last.response.status}

    # ---------------------------------------------------------------- all of them

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any, config: pytest.Config) -> tuple[str, str, str] | None:
        """A word of its own for what is no failure of a test, so that pytest shows no traceback, unless asked to."""
        word = getattr(report, "goldtape_word", "")
        if not word or config.option.verbose > 1 or config.option.tbstyle != "auto":
            return None
        return ("", "", "") if hasattr(report, "context") else (word, *_LETTERS[word])  # a subtest is part of a test

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if told := getattr(report, "goldtape_judgement", None):
            one, self._met = Judgement(**told), True
            if one.of_plan:
                self._found[one.test] = one
                self.session.results[one.test] = {"judged": one.verdict, "where": self._where.get(one.system, "")}
            else:
                self._found.pop(one.test, None)
        elif report.failed:  # the worker that ran it is gone
            self._found[report.nodeid] = Judgement(report.nodeid, (), "", reason=_clipped(str(report.longrepr)))

    @pytest.hookimpl(trylast=True)  # syrupy adds to the exit status
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput") or not (self._found or self._met):
            return
        judgements = list(self._found.values())
        found = plan.verdicts(judgements, self._musts())
        self.session.verdict = plan.table(found, judgements, self._where)
        if self._report:
            facts = plan.as_json(found, judgements, self._where)
            self._write(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = plan.exit_code(found, judgements)

    def _musts(self) -> dict[str, str]:
        try:
            return {case.id: case.must for case in read_cases(self.session.project)}
        except ConfigError as error:
            self.session.notes.append(f"what the plan says is not shown: {error}")
            return {}

    def _write(self, text: str) -> None:
        assert self._report
        try:
            Path(self._report).write_text(text, encoding="utf-8")
        except OSError as error:
            self.session.notes.append(f"the verdict could not be written to {self._report}: {error.strerror}")


def _asks(item: pytest.Item) -> bool:
    return uses(item, "goldtape") or bool(cases(item))


def _heard(item: pytest.Item) -> Heard | None:
    run = item.stash.get(RUN, None)
    return run.heard if run else None


def _exchanges(heard: Heard | None) -> list[Interaction]:
    return heard.as_sent() if heard else []


def _is_skip(report: pytest.TestReport) -> bool:
    """Whether a test was skipped; one that failed as declared was not, unless it did not run at all."""
    return report.skipped and (report.when == "setup" or not hasattr(report, "wasxfail"))


def _arranging(error: BaseException) -> bool:
    """Whether an error is a step that only arranges, or comes from one."""
    return any(isinstance(one, NotJudged) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, those in it, and those it comes from."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _chain(one)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _reason(report: pytest.TestReport, error: BaseException | None) -> str:
    """Why a test is not judged."""
    if isinstance(report.longrepr, str):  # the engine's own words: no answer from a deployment
        return report.longrepr
    arranging = [one for one in _chain(error) if isinstance(one, NotJudged)]
    return _said(arranging[0] if arranging else error)


def _said(error: BaseException | None) -> str:
    """The message of an error; an error that is no assertion, and no word of the engine or of pytest, has its class."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    plain = isinstance(error, AssertionError | NotJudged | pytest.fail.Exception | pytest.skip.Exception)
    return str(error) if plain and str(error) else f"{type(error).__name__}: {error}".rstrip(": ")


def _clipped(text: str) -> str:
    stripped = (line.strip() for line in text.splitlines())
    lines = [line for line in stripped if line and not line.startswith(_ADVICE)][:_LINES]
    return "\n".join(line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…" for line in lines)
