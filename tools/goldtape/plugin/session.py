"""One run of pytest: its mode, the services it started, the results of its tests, and the lines that report them."""

from __future__ import annotations

import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from goldtape.config import Config, System
from goldtape.goldens import transaction
from goldtape.live import NOT_HERE
from goldtape.plugin import logs, results
from goldtape.plugin.arrange import NotJudged
from goldtape.plugin.mode import Mode
from goldtape.plugin.told import Told
from goldtape.verdict import JUDGE, RECORD

if TYPE_CHECKING:
    from goldtape.plugin.run import Run
    from goldtape.plugin.wider import Runs

HEALTH_TIMEOUT_S = 5.0
"""How long a service may take to say that it is alive, after it has left a test without an answer."""

_DOING = {
    Mode.REPLAY: "network blocked",
    Mode.VERIFY: "live, nothing is written",
    Mode.JUDGE: "live, against the plan alone: no golden is looked at, nothing is written",
    Mode.RECORD: "live, goldens of passing tests are written",
}


class Session:
    """The state of one run, in one process; `require` says that a system that cannot be started here is a failure."""

    def __init__(self, project: Config, mode: Mode, require: bool = False) -> None:
        self.project, self.mode, self._require = project, mode, require
        self._started = ExitStack()
        self._words: Counter[str] = Counter()
        self._exchanges = self._fixtures = 0
        self.results: dict[str, dict[str, str]] = {}
        self._urls: dict[str, str] = {}
        self._logs: list[Path] = []
        self._failed: dict[str, str] = {}
        self._missing: dict[str, str] = {}
        self._skipped: Counter[str] = Counter()
        self._timeouts: Counter[str] = Counter()
        self.notes: list[str] = []
        self.secrets: set[str] = set()
        self.told = Told()
        self.verdict: list[str] = []  # the lines about the plan, in a judged run

    @cached_property
    def runs(self) -> Runs:
        """The runs that have tapes."""
        from goldtape.plugin.wider import Runs

        return Runs(self.project, self.mode)

    @property
    def has_tapes(self) -> bool:
        """Whether anything has asked for a tape; what tapes need is imported for those who do."""
        return "runs" in vars(self)

    # ---------------------------------------------------------------- services

    def url(self, name: str) -> str:
        """The base URL of a target; the first call for a system starts it."""
        self.project.target(name)
        system = next(one for one in self.project.systems.values() if any(t.name == name for t in one.targets))
        if name not in self._urls and system.name not in self._failed | self._missing:
            self._start(system)
        if system.name in self._failed and self.mode is Mode.JUDGE:
            raise NotJudged(self._failed[system.name])
        if system.name in self._failed:
            pytest.fail(self._failed[system.name], pytrace=False)
        if system.name in self._missing:
            pytest.skip(self._missing[system.name])
        return self._urls[name]

    def _start(self, system: System) -> None:
        from goldtape.cassette.base import outside
        from goldtape.live import network, target
        from goldtape.live.process import Missing

        self._end_in_order()
        try:
            # The cassette of the test that asks first is open, and must not keep the requests of the start.
            with network.unguarded(), outside():
                running = target.running(self.project, system, logs=self._logs)
                self._urls |= self._started.enter_context(running)
        except target.TargetError as error:
            self._failed[system.name] = self._hide(str(error))  # it quotes the end of a log
        except Missing as error:
            (self._failed if self._require else self._missing)[system.name] = str(error)

    def _end_in_order(self) -> None:
        """Have SIGTERM end the run as Ctrl-C does, so that it stops what it has started."""
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            self._started.callback(signal.signal, signal.SIGTERM, signal.SIG_DFL)

    def unreachable(self, error: BaseException, when: str = "call") -> str:
        """A report of what does not answer, if a phase of a live test failed for want of an answer; else "".

        A system that is found stuck fails its other tests at once, in place of a timeout for each of them.
        """
        import httpx

        from goldtape.live import target

        if not self.mode.live or not lacks_an_answer(error):
            return ""
        for system in self.project.systems.values():
            asked = system.targets[0].name in self._urls and system.name not in self._failed
            if asked and (why := self._stuck(system, when)):
                self._failed[system.name] = f"{system.name} does not answer any more: {why}"
                return self._failed[system.name]
        if not isinstance(error, httpx.ConnectError):
            return ""
        named = ", ".join(f"{variable}={url}" for variable, url in target.deployments(self.project).items())
        return named and f"{named} cannot be reached\nnext: start it, or correct or unset the variable"

    def _stuck(self, system: System, when: str) -> str:
        """The reason why a system counts as stuck, and not as slow; "" if it does not."""
        import httpx

        from goldtape.cassette.base import outside
        from goldtape.live import network, target

        variable = system.targets[0].url_env
        advice = f"see the logs in {self.project.logs}"
        if variable in target.deployments(self.project):
            advice = f"start it, or correct or unset {variable}"
        for one in system.targets:
            url = f"{self._urls[one.name]}{one.ready}"
            try:
                with network.unguarded(), outside():
                    httpx.get(url, timeout=HEALTH_TIMEOUT_S, trust_env=False)
            except httpx.TransportError as error:
                return f"GET {target.shown(url)}: {error or type(error).__name__}\nnext: {advice}"
        if when != "call":
            # Nothing is judged in set-up and teardown, so two in a row tell of what the system stands on.
            self._timeouts[system.name] += 1
        if self._timeouts[system.name] > 1:
            return f"two fixtures in a row got no answer\nnext: {advice}"
        return ""

    def stop(self, failed: bool) -> None:
        """Stop the services; delete their logs, unless a failure has to be looked into: then without the secrets."""
        try:
            self._started.close()
        except Exception as error:  # whatever a stack raises: the results of the tests are worth more
            self.notes.append(f"a service could not be stopped: {error}")
        if not failed:
            shutil.rmtree(self.project.logs, ignore_errors=True)
        elif self.mode.live:
            logs.clean(self._logs, self._hide)

    def learn(self, report: pytest.TestReport, run: Run) -> None:
        """Take in the secrets that a run has met; beside a failure, show the ends of the logs of what broke in it."""
        self.secrets |= run.secrets
        if report.failed and self.mode.live and run.heard:
            logs.add_ends(report, run.heard.broken(self.project), self._logs, self._hide)

    def _hide(self, text: str) -> str:
        from goldtape.canonical.pipeline import Pipeline

        return Pipeline(self.project, met=self.secrets).hide(text)

    @property
    def failures(self) -> list[str]:
        """Why systems cannot be asked, of those that cannot."""
        return list(self._failed.values())

    # ---------------------------------------------------------------- results

    def note(self, report: pytest.TestReport, word: str = "", exchanges: int = 0) -> None:
        """Take in the report of a phase of a test; the last one carries the result of its tape."""
        # An id that holds a secret is hidden by the process that ran the test.
        shown = getattr(report, "goldtape_id", report.nodeid)
        self.told.take(report, shown)
        if (report.when == "call" or report.outcome != "passed") and self.mode is not Mode.JUDGE:
            self.results[shown] = {"outcome": report.outcome, "mode": self.mode.value}
        if report.when == "call" and report.passed:
            self._timeouts.clear()
        if word:
            self._words[word] += 1
            self._exchanges += exchanges
        # Read from the report, because the test may have run in another process.
        if report.skipped and isinstance(report.longrepr, tuple) and NOT_HERE in (reason := report.longrepr[2]):
            self._skipped[reason.removeprefix("Skipped: ")] += 1

    def note_fixtures(self, outcomes: Iterable[tuple[str, int]]) -> None:
        """Take in what came of the wider fixtures that ended with a test."""
        for word, exchanges in outcomes:
            self._fixtures += 1
            self._words[word] += 1
            self._exchanges += exchanges

    def save_results(self) -> None:
        """Keep the outcomes beside those of earlier runs; if that fails, a line of the summary says so."""
        if self.results and (trouble := results.keep(self.project, self.results)):
            self.notes.append(trouble)

    def recover(self) -> None:
        """Finish what a killed recording left; a recording needs that, other runs only say that it failed.

        Raises:
            CommitError: It failed, and this run is to record.
        """
        try:
            transaction.recover(self.project.work)
        except transaction.CommitError as error:
            if self.mode is Mode.RECORD:
                raise
            self.notes.append(str(error).replace("\n", "; "))

    # ---------------------------------------------------------------- lines

    def header(self) -> str:
        """The line above a run."""
        if self.mode is Mode.JUDGE:
            return f"goldtape: judge ({_DOING[self.mode]}); systems: {self._judged_at()}"
        systems = ", ".join(self.project.systems) or "none yet"
        counted = _count(sum(1 for _ in self.project.cassettes.rglob("*.yaml")), "cassette")
        return f"goldtape: {self.mode.value} ({_DOING[self.mode]}); systems: {systems}; {counted}"

    def _judged_at(self) -> str:
        from goldtape.live import target

        named = target.deployments(self.project)
        shown = []
        for system in self.project.systems.values():
            variable = system.targets[0].url_env
            shown.append(f"{system.name} at {target.place(system)}" + (f" ({variable})" if variable in named else ""))
        return ", ".join(shown) or "none yet"

    def summary(self) -> list[str]:
        """The lines below a run: counts, the command that comes next, and what went wrong beside the tests."""
        if self.mode is Mode.JUDGE:
            return [*self.verdict, *self.notes]
        skipped = [f"{_count(number, 'test')} skipped: {reason}" for reason, number in self._skipped.items()]
        return [*self._counts(), *skipped, *self.notes]

    def _counts(self) -> list[str]:
        tapes = self._words.total()
        if not tapes:
            return []
        who = _count(tapes - self._fixtures, "test")
        if self._fixtures:
            who += f" and {_count(self._fixtures, 'wider fixture')}"
        counted = f"{who}, {_count(self._exchanges, 'exchange')}"
        if self.mode is Mode.RECORD:
            return self._summary_of_recording(tapes, counted)
        from goldtape.live.target import foreign

        drifted = self._words["drifted"]
        lines = [f"{counted} compared: {drifted} drifted, {self._words['failed']} failed", *self.told.lines()]
        if drifted and self.mode is Mode.REPLAY:
            lines.append("next: pytest --live tells whether the service changed too")
        elif drifted and (owner := foreign(self.project)):
            lines.append(f"next: tell the owner of {owner}, or judge it by the plan alone: {JUDGE}")
        elif drifted:
            lines.append(f"next: {RECORD}, if the changes are meant; then git diff snapshots")
        return lines

    def _summary_of_recording(self, tapes: int, counted: str) -> list[str]:
        written, unchanged = self._words["written"], self._words["unchanged"]
        failed = tapes - written - unchanged
        left = f", {failed} failed and left as they were" if failed else ""
        lines = [f"{counted}: {written} written, {unchanged} unchanged{left}"]
        return [*lines, "next: git add -N cassettes snapshots && git diff snapshots, then pytest"] if written else lines


def lacks_an_answer(error: BaseException | None) -> bool:
    """Whether an error may come from a connection: of httpx, of sockets, or of the other clients that vcrpy knows."""
    import httpx

    while error is not None:
        foreign = type(error).__module__.partition(".")[0] in ("aiohttp", "requests", "urllib3")
        if foreign or isinstance(error, httpx.TransportError | ConnectionError | TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
