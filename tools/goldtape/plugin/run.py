"""One test and its goldens: its exchanges are compared with them or, in record mode, become them if it passes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from goldtape.canonical.pipeline import Pipeline
from goldtape.cassette.base import TestCassette
from goldtape.cassette.faults import Fault
from goldtape.cassette.live import LiveCassette
from goldtape.cassette.replay import ReplayCassette
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction
from goldtape.goldens import cassette_file, transaction, transcript
from goldtape.goldens.cassette_file import Stored
from goldtape.goldens.naming import goldens_of
from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.snapshot import TranscriptExtension, not_in_layout
from goldtape.goldens.transcript import Heading, Transcript
from goldtape.live.target import foreign
from goldtape.plugin import beside
from goldtape.plugin.heard import Heard
from goldtape.plugin.mode import Mode
from goldtape.plugin.outcome import Outcome, Word
from goldtape.plugin.told import FACTS
from goldtape.verdict import drift
from goldtape.verdict.explain import Explainer


class Run:
    """The run of one test; `nodeid` is pytest's id, relative to the project's root, `cases` the ids of its cases.

    `heard` is what its tape has heard, None if it has none.
    """

    origin = ""

    def __init__(self, config: Config, mode: Mode, nodeid: str, cases: Sequence[str] = ()) -> None:
        self.config, self.mode, self.nodeid = config, mode, nodeid
        self.is_compared = mode is not Mode.JUDGE
        self.outcome: Outcome | None = None
        self.heard: Heard | None = None
        self._cases, self._trouble, self._declared = cases, "", ""
        self._goldens = goldens_of(nodeid, config)
        self._pipeline = Pipeline(config, home=self._goldens.name.parts[0])
        self._explainer = Explainer(nodeid, config, Stored(self._goldens.cassette, ()))
        self._staged: dict[Path, bytes | None] = {}
        self._at_work = ExitStack()
        self._peers: Sequence[str] = ()
        self._facts: list[dict[str, str]] = []
        self._passed = self._spoiled = self._drifted = False

    def open(self, snapshot: SnapshotAssertion | None) -> None:
        """Put a cassette to work, until `close`; `snapshot` is syrupy's assertion for this test."""
        stored = self._load()
        self._explainer, self._snapshot = Explainer(self.nodeid, self.config, stored), snapshot
        self._cassette = self._at_work.enter_context(self._made(stored).at_work())
        self.heard = Heard(self._cassette, self._pipeline, self.origin)

    # ---------------------------------------------------------------- for the hooks

    def start(self, peers: Sequence[str]) -> str:
        """The reason why the body need not run at all; "" when it can.

        `peers` are the addresses that the test connects to, as they come.
        """
        self._peers = peers
        if self._trouble:
            self.outcome = Outcome("failed", 0)
        return self._trouble

    def turn(self, failed: bool) -> str:
        """Compare what the body has sent, at its end; returns a report of what is wrong, "" when nothing is.

        If the body itself `failed`, only the exchanges up to then are compared.
        """
        problem = self._look_at_body(failed)
        self._passed = not failed and not problem and not self._spoiled
        if self.heard:
            self._note_outcome(failed, problem)
            self._cassette.turn()
        return problem

    def close(self, failed: bool) -> str:
        """Compare or stage everything, after the last fixture of the test is gone; returns a report as `turn` does.

        After a phase that `failed` nothing is compared: the failure says it all, and nothing will be written.
        """
        problem = ""
        if self.heard:
            self._cassette.end()
        self._passed &= not failed
        if self._passed:
            problem = self._look_at_all()
            self._passed = not problem
            if self.heard:
                self._note_outcome(False, problem)
        self._at_work.close()
        return problem

    def _note_outcome(self, failed: bool, problem: str) -> None:
        drifted = self._drifted and not failed
        word: Word = "drifted" if drifted else "failed" if failed or problem else "agreed"
        self.outcome = Outcome(word, self._cassette.position)

    def note(self, report: pytest.TestReport, as_declared: bool = False) -> None:
        """Take in pytest's report of a phase; a strict xfail that failed `as_declared` counts as passed.

        Some failures raise nothing out of the body: those of a TestCase, of a subtest, a strict xfail that passed.
        """
        self._spoiled |= report.failed
        self._passed &= report.passed or (as_declared and not report.failed)
        if self._facts:
            vars(report)[FACTS], self._facts = self._facts, []

    def declare(self, problem: str) -> None:
        """Keep the report of a body that failed and was declared to, until pytest says whether it failed so."""
        self._declared = problem

    def declared(self) -> str:
        """The report of a body that failed as declared; "" when its exchanges are as they should be."""
        return self._declared

    def commit(self) -> str:
        """Write all staged files together, if the test has passed; returns a report of what is wrong with that."""
        if not self._passed:
            return ""
        try:
            written = transaction.commit(self.config.work, self._staged)
        except transaction.CommitError as error:
            return str(error)
        if self.outcome and self.mode is Mode.RECORD:
            self.outcome = Outcome("written" if written else "unchanged", self.outcome.exchanges)
        return ""

    @property
    def secrets(self) -> set[str]:
        """The secrets that have come by."""
        return self._pipeline.met

    @property
    def hidden_id(self) -> str:
        """The test's id as it may be written to disk."""
        return self._pipeline.hide(self.nodeid) if "[" in self.nodeid else self.nodeid

    # ---------------------------------------------------------------- for the syrupy extension

    def stage(self, path: Path, content: bytes) -> None:
        """Keep the new content of a golden until the test has passed."""
        self._staged[path] = content

    def canonical(self, value: Any) -> Any:
        """A JSON value as goldens hold it, with the placeholders that the exchanges so far have."""
        return self.heard.value(value) if self.heard and self.mode.live else value

    # ---------------------------------------------------------------- how it is done

    def _load(self) -> Stored:
        if not self.is_compared:
            return Stored(self._goldens.cassette, ())
        try:
            return cassette_file.load(self._goldens.cassette)
        except FileNotFoundError:
            if not self.mode.live and self._goldens.snapshot.exists():
                self._trouble = self._explainer.not_recorded(self._goldens.cassette)
        except UnreadableGolden as error:
            self._trouble = "" if self.mode is Mode.VERIFY else str(error)
        return Stored(self._goldens.cassette, ())

    def _made(self, stored: Stored) -> TestCassette:
        if self.mode.live:
            return LiveCassette(self.nodeid, self._pipeline)
        return ReplayCassette(self.nodeid, stored, self._pipeline, self._complain)

    def _complain(self, fault: Fault) -> str:
        return self._trouble or self._explainer.fault(fault)

    def _look_at_body(self, failed: bool) -> str:
        if not self.is_compared:
            return ""
        if problem := self._look_at_requests(failed):
            return problem
        if self.mode is Mode.RECORD:
            if not failed and self.heard and not self._cassette.position and self._explainer.stored.chunks:
                return self._silence()
            if failed:
                # Of a later recording the snapshot shows what was different.
                first = not self._goldens.snapshot.exists()
                return self._explainer.last_exchange(self.heard.interactions()) if self.heard and first else ""
            return self._unreadable_snapshot() or self._look_for_secrets()
        if self.heard is None:
            return ""
        if self.mode is Mode.REPLAY:
            return self._compare()
        if not self._cassette.position:
            return "" if failed or not self._explainer.stored.chunks else self._silence()
        return self._differences(failed, early=True)

    def _look_at_all(self) -> str:
        if not self.is_compared:
            return ""
        if problem := self._look_at_requests(failed=False):
            return problem
        if self.mode is Mode.RECORD and (problem := self._look_for_secrets()):
            return problem
        if self.heard is None or self.mode is Mode.REPLAY:  # what is stored was compared at the end of the body
            return ""
        if not self._cassette.position:
            return self._silence()
        if self.mode is Mode.RECORD:
            self._stage_cassette()
        return self._compare()

    def _look_at_requests(self, failed: bool) -> str:
        faults = self._cassette.faults(failed) if self.heard else []
        return "\n".join(dict.fromkeys(map(self._complain, faults)))

    def _look_for_secrets(self) -> str:
        texts = beside.texts(self.nodeid, self._cases, self.heard)
        return beside.secrets_in(texts, self.heard, self._staged, self._pipeline)

    def _silence(self) -> str:
        """A report of a test that has or should have something to send, and sent nothing that the tape could hear."""
        assert self.heard
        goldens = self._goldens.cassette.exists() or self._goldens.snapshot.exists()
        expected = goldens or (self.heard.asked and not self.origin)
        return self._explainer.silent(self.heard.asked, self._peers) if expected else ""

    def _unreadable_snapshot(self) -> str:
        try:
            if self.heard:  # syrupy would write over any JSON
                transcript.read(self._goldens.snapshot)
        except (FileNotFoundError, transcript.OldGolden):
            pass
        except UnreadableGolden as error:
            return str(error)
        return ""

    def _stage_cassette(self) -> None:
        assert self.heard
        interactions, afterwards = self.heard.interactions(), self._cassette.afterwards
        # Cassettes are compared before compression, because another zlib may give other bytes for the same body.
        stored = self._explainer.stored
        before = cassette_file.dump(stored.interactions(), afterwards=stored.afterwards)
        if before != cassette_file.dump(interactions, afterwards=afterwards):
            text = cassette_file.dump(interactions, self.config.body_limit, afterwards)
            self.stage(self._goldens.cassette, text.encode("utf-8"))

    def _transcript(self, interactions: Sequence[Interaction], like: Transcript | None = None) -> Transcript:
        assert self.heard
        heading = Heading(self.nodeid, self._cases, [race.why for race in self.heard.races], self.heard.origins)
        body = len(interactions) - self._cassette.afterwards
        return transcript.build(heading, interactions[:body], self.config, interactions[body:], like)

    def _compare(self) -> str:
        """Let syrupy compare the transcript, which stages it in record mode; returns a report of the differences."""
        assert self.heard
        interactions = self.heard.interactions()
        if not interactions and not self._goldens.snapshot.exists():
            return ""
        return "" if self._agrees(self._transcript(interactions)) else self._differences()

    def _agrees(self, actual: Transcript) -> bool:
        assert self._snapshot
        return bool(self._snapshot(extension_class=TranscriptExtension) == actual)

    def _differences(self, failed: bool = False, early: bool = False) -> str:
        """A report of the differences from the snapshot; `early`, the teardown is still to come."""
        try:
            expected = transcript.read(self._goldens.snapshot)
        except FileNotFoundError:
            return self._explainer.not_recorded(self._goldens.snapshot)
        except UnreadableGolden as error:
            return str(error)
        assert self.heard
        actual = self._transcript(self.heard.interactions(), expected if self.mode.live else None)
        if early:
            expected = {name: value for name, value in expected.items() if name != "afterwards"}
        if failed:
            # A body that failed half-way did not send the other requests; that does not make the service different.
            expected = {**expected, "exchanges": expected["exchanges"][: len(actual["exchanges"])]}
            actual = {**actual, **{key: expected[key] for key in ("cases", "races") if key in expected}}
        # After a body that failed nothing is compared later, so all is told now.
        waits = early and not failed
        found = [one for one in drift.compare(expected, actual) if not (waits and drift.may_settle(one))]
        self._drifted = bool(found)
        if found:
            snapshot, replay = self._goldens.snapshot, self.mode is Mode.REPLAY
            self._facts = self._explainer.facts(found, snapshot)
            owner = "" if replay else foreign(self.config, self.heard.asked)
            return self._explainer.differences(found, snapshot, replay, failed, owner)
        if failed or early:
            return ""
        return str(not_in_layout(self._goldens.snapshot, actual))
