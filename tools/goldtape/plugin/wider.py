"""Fixtures wider than a test: each has a tape and goldens of its own, which the tests that use it go on from.

Such a fixture is heard while it is set up, and again while it is torn down. Its goldens lie beside those of the tests,
as `cassettes/<system>/@login.yaml` for a fixture of a conftest, `<system>/<module>/@login.yaml` for one of a module.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from goldtape.cassette.faults import Fault, unmatched_in
from goldtape.config import Config
from goldtape.goldens import snapshot, snapshot_layout
from goldtape.goldens.naming import project_nodeid
from goldtape.goldens.transcript import Transcript
from goldtape.plugin import threads
from goldtape.plugin.heard import Earlier, Heard
from goldtape.plugin.mode import Mode
from goldtape.plugin.outcome import Outcome
from goldtape.plugin.run import Run

_FOLDER = "fixtures"
_NO_NAME = re.compile(r"\W+")


class Runs:
    """The runs of one process that are at work, of tests and of wider fixtures; the one on top hears."""

    def __init__(self, config: Config, mode: Mode) -> None:
        self._config, self._mode = config, mode
        self._at_work: list[Run] = []
        self._set_up: list[FixtureRun] = []
        self._finished: list[FixtureRun] = []
        self._failed: list[tuple[BaseException, Heard]] = []
        self._knowing = {"goldtape"}
        self._threads = threads.running()

    def heard(self) -> Heard:
        """What the run on top has heard; raises UsageError if none is at work."""
        if not self._at_work or (heard := self._at_work[-1].heard) is None:
            raise pytest.UsageError(
                "goldtape was asked for while no tape is open\n"
                "next: name `goldtape` in the signature of the test or fixture that uses it"
            )
        return heard

    def begin(self, run: Run, fixtures: Sequence[str]) -> None:
        """Have a test, whose tape is open, go on from the wider ones among its `fixtures`."""
        self._at_work.append(run)
        self._threads = threads.running()
        assert run.heard
        for one in self._set_up:
            if one.fixture in fixtures:
                run.heard.use(one.shown)

    def close(self, run: Run | None, failed: bool) -> str:
        """Close a test, and the wider fixtures that ended with it; returns a report of what is wrong."""
        if run in self._at_work:
            self._at_work.remove(run)
            threads.warn_of_left(run.nodeid, self._threads)
        problems = [one.close(failed) for one in self._ended(run)]
        return "\n".join(filter(None, problems))

    def commit(self, run: Run | None) -> str:
        """Write their goldens; returns a report of what is wrong with that."""
        problems = [one.commit() for one in self._ended(run)]
        return "\n".join(filter(None, problems))

    def _ended(self, run: Run | None) -> list[Run]:
        return [*([run] if run else []), *self._finished]

    def unmatched(self, error: Exception) -> str:
        """The report of the unmatched request that a set-up failed of; "" if it failed of something else."""
        return str(unmatched_in(error) or "")

    def heard_before(self, error: BaseException) -> Heard | None:
        """What the wider fixture had heard whose set-up ended in this error; pytest raises it for all its tests."""
        return next((heard for failed, heard in self._failed if failed is error), None)

    def take_outcomes(self) -> list[Outcome]:
        """What came of the wider fixtures that have ended; each is told once."""
        finished, self._finished = self._finished, []
        return [one.outcome for one in finished if one.outcome and one.outcome.exchanges]

    @contextmanager
    def around(self, definition: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Iterator[None]:
        """The set-up of a fixture; one wider than a test that uses the tape gets a tape of its own."""
        if definition.scope == "function" or not self._knowing & set(definition.argnames):
            yield
            return
        self._knowing.add(definition.argname)
        run = FixtureRun(self._config, self._mode, definition, request)
        request.addfinalizer(lambda: self._end(run))
        with self._on_top(run):
            run.open(None)
            assert run.heard
            for one in self._set_up:
                if one.fixture in definition.argnames:
                    run.heard.use(one.shown)
            if trouble := run.start(()):
                pytest.fail(run.titled(trouble), pytrace=False)
            try:
                yield
            except pytest.skip.Exception:
                raise
            except Exception as error:
                problem = run.turn(failed=True)
                if problem and unmatched_in(error):
                    raise pytest.fail.Exception(run.titled(problem), pytrace=False) from None
                if problem:
                    error.add_note(run.titled(problem))
                raise
            if problem := run.turn(failed=False):
                pytest.fail(run.titled(problem), pytrace=False)
        self._use(run)
        request.addfinalizer(lambda: self._resume(run))

    def _use(self, run: FixtureRun) -> None:
        self._threads |= threads.running()  # one that the fixture has started may outlive the test
        assert run.heard
        run.shown = [*run.heard.earlier, run.heard.so_far()]
        self._set_up.append(run)
        for waiting in self._at_work:  # it asked for the fixture when it was running already
            if waiting.heard:
                waiting.heard.use(run.shown)

    @contextmanager
    def _on_top(self, run: FixtureRun) -> Iterator[None]:
        self._at_work.append(run)
        try:
            yield
        except BaseException as error:
            if run.heard:
                self._failed.append((error, run.heard))
            raise
        finally:
            run.rest()
            self._at_work.remove(run)

    def _resume(self, run: FixtureRun) -> None:
        run.resume()
        self._at_work.append(run)

    def _end(self, run: FixtureRun) -> None:
        if run in self._set_up:
            run.rest()
            self._at_work.remove(run)
            self._set_up.remove(run)
        self._finished.append(run)


class FixtureRun(Run):
    """The run of one wider fixture; `shown` is what it and those that it uses have heard."""

    def __init__(
        self, config: Config, mode: Mode, definition: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> None:
        self.fixture, self.shown = definition.argname, list[Earlier]()
        name = f"{definition.argname}{_parameter(definition, request)}"
        self.origin = _NO_NAME.sub("-", name).strip("-")
        place = _place(definition, request, config)
        self._title = f"fixture {name} of {place or 'a plugin'}, scope {definition.scope}"
        super().__init__(config, mode, f"{place}::@{name}")

    def rest(self) -> None:
        """Hear nothing, until `resume`."""
        self._at_work.close()

    def resume(self) -> None:
        """Hear again: the fixture is torn down."""
        self._at_work.enter_context(self._cassette.at_work())

    def titled(self, problem: str) -> str:
        """A report, under the name of the fixture; "" stays so."""
        return f"{self._title}\n{problem}" if problem and not problem.startswith(self._title) else problem

    def close(self, failed: bool) -> str:
        """Compare or stage everything, under the name of the fixture."""
        return self.titled(super().close(failed))

    def commit(self) -> str:
        """Write the goldens; two set-ups of one recording, by two workers perhaps, have to come to the same."""
        if self.mode is Mode.RECORD and self._passed and self._cassette.position and not self._is_as_before():
            return self.titled(
                "it was set up twice in this recording, and came to two different goldens\n"
                "next: have it leave the service as it found it, or record in one process (-n 0)"
            )
        return super().commit()

    def _complain(self, fault: Fault) -> str:
        # The client's error has the title too: pytest shows it again for each test that uses the fixture.
        return self.titled(super()._complain(fault))

    def _is_as_before(self) -> bool:
        assert self.heard
        text = snapshot_layout.text(self._transcript(self.heard.interactions()))
        digest = hashlib.blake2s(text.encode()).hexdigest()
        marks = folder_of(self.config) / os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        mark = marks / hashlib.blake2s(self.nodeid.encode()).hexdigest()
        marks.mkdir(parents=True, exist_ok=True)
        try:
            with mark.open("x", encoding="utf-8") as file:
                file.write(digest)
        except FileExistsError:
            return mark.read_text(encoding="utf-8") == digest
        return True

    def _look_at_body(self, failed: bool) -> str:
        # One more field of a login must not keep all tests from being compared: it is told at the end.
        if self.mode.live and not failed:
            return self._look_at_requests(failed) or (self._look_for_secrets() if self.mode is Mode.RECORD else "")
        return super()._look_at_body(failed)

    def _agrees(self, actual: Transcript) -> bool:
        # syrupy compares for tests only.
        return snapshot.agrees(self._goldens.snapshot, actual, self.stage if self.mode is Mode.RECORD else None)


def folder_of(config: Config) -> Path:
    """Where the workers of a recording leave word of what they have recorded."""
    return config.work / _FOLDER


def forget(config: Config) -> None:
    """Remove what the workers left, after a run."""
    shutil.rmtree(folder_of(config), ignore_errors=True)


def _place(definition: pytest.FixtureDef[Any], request: pytest.FixtureRequest, config: Config) -> str:
    """Where a fixture stands, as the first part of an id: the module or class it is for, or the file that has it."""
    if definition.scope in ("module", "class"):
        return project_nodeid(request.node.nodeid, request.path, config.root).removesuffix("::")
    file = Path(inspect.getsourcefile(inspect.unwrap(definition.func)) or "")
    if definition.scope == "package":
        file = request.path / "conftest.py"
    if not file.is_relative_to(config.root):
        return ""
    inside = file.relative_to(config.root)
    return (inside.parent if file.name == "conftest.py" else inside).as_posix()


def _parameter(definition: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> str:
    """The parameter of a fixture that has some, in brackets."""
    if definition.params is None:
        return ""
    place: int = getattr(request, "param_index", 0)
    ids = definition.ids
    name = ids[place] if isinstance(ids, Sequence) else ids(request.param) if ids else None
    if name is None:
        name = request.param if isinstance(request.param, str | int | float | bool) else place
    return f"[{name}]"
