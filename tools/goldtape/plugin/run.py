"""One test on its way to its goldens: what it sent is compared with them, or becomes them if the test passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from syrupy.assertion import SnapshotAssertion

from goldtape.canonical import scanner
from goldtape.canonical.pipeline import Captured, Pipeline
from goldtape.cassette.base import TestCassette
from goldtape.cassette.faults import UnmatchedRequest
from goldtape.cassette.live import LiveCassette
from goldtape.cassette.replay import ReplayCassette
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.goldens import cassette_file, transaction, transcript
from goldtape.goldens.cassette_file import Stored
from goldtape.goldens.naming import golden_name, suffixed
from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.snapshot import TRANSCRIPT
from goldtape.goldens.transcript import Heading, Transcript
from goldtape.plugin.mode import Mode
from goldtape.plugin.tape import Tape
from goldtape.verdict import drift
from goldtape.verdict.explain import Explainer

Word = Literal["agreed", "drifted", "failed", "written", "unchanged"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test with a tape, and how many exchanges it had."""

    word: Word
    exchanges: int


class Run:
    """The goldens of one test.

    Args:
        config: The project's.
        mode: Replay, verify or record.
        nodeid: pytest's id of the test, relative to the project's root.
        cases: The ids that the test carries.
    """

    def __init__(self, config: Config, mode: Mode, nodeid: str, cases: Sequence[str]) -> None:
        self.config, self.mode, self.nodeid = config, mode, nodeid
        self.outcome: Outcome | None = None
        self._cases, self._trouble = cases, ""
        name = golden_name(nodeid, config.tests.relative_to(config.root).as_posix())
        self._cassette_path = suffixed(config.cassettes, name, ".yaml")
        self._snapshot_path = suffixed(config.snapshots, name, ".json")
        self._pipeline = Pipeline(config, home=name.parts[0])
        self._explainer = Explainer(nodeid, config, Stored(self._cassette_path, ()))
        self._staged: dict[Path, bytes | None] = {}
        self._tape: Tape | None = None
        self._passed = self._spoiled = self._drifted = False

    @contextmanager
    def taped(self, find_url: Callable[[str], str], snapshot: SnapshotAssertion) -> Iterator[Tape]:
        """Put a cassette to work and hand out the tape.

        Args:
            find_url: Target name -> base URL of what runs live; asked only in live modes.
            snapshot: syrupy's assertion for this test.
        """
        stored = self._load()
        self._explainer, self._snapshot = Explainer(self.nodeid, self.config, stored), snapshot
        with self._opened(stored) as self._cassette:
            self._tape = Tape(self.config, self.mode, self._cassette, find_url)
            yield self._tape

    # ---------------------------------------------------------------- what becomes of it

    def start(self) -> str:
        """Why the body need not run at all; "" when it can."""
        if self._trouble:
            self.outcome = Outcome("failed", 0)
        return self._trouble

    def finish(self, failed: bool) -> str:
        """Compare or stage, at the end of the test's body.

        Args:
            failed: The body itself failed; then only what it got to is compared, and nothing is staged.

        Returns:
            What is wrong, as a person reads it; "" when nothing is.
        """
        problem = self._look(failed)
        self._passed = not failed and not problem and not self._spoiled
        if self._tape:
            drifted = self._drifted and not failed
            word: Word = "drifted" if drifted else "failed" if failed or problem else "agreed"
            self.outcome = Outcome(word, self._cassette.position)
        return problem

    def note(self, report: pytest.TestReport) -> None:
        """Take in what pytest makes of a phase: some failures are no exception out of the body.

        Those of a TestCase, of a subtest, a strict xfail that passed.
        """
        self._spoiled |= report.failed
        self._passed &= report.passed

    def commit(self) -> None:
        """Write what a test that passed has staged, all or nothing."""
        if not self._passed:
            return
        written = transaction.commit(self.config.work, self._staged)
        if self.outcome and self.mode is Mode.RECORD:
            self.outcome = Outcome("written" if written else "unchanged", self.outcome.exchanges)

    def explains(self, error: BaseException | None) -> bool:
        """Whether the traceback of an error says nothing that the report of an unmatched request does not."""
        while error is not None and not isinstance(error, UnmatchedRequest):
            error = error.__cause__ or error.__context__
        return error is not None

    # ---------------------------------------------------------------- for the syrupy extension

    def stage(self, path: Path, content: bytes) -> None:
        """Keep a golden's new content until the test has passed."""
        self._staged[path] = content

    def canonical(self, value: Any) -> Any:
        """A JSON value as goldens hold it: what the exchanges so far minted or redacted in it is replaced too."""
        if self._tape is None or not self.mode.live:
            return value
        # It is canonical as if the service had sent it last, so there is one way to be canonical.
        own = Captured(Interaction(Request("GET", "", {}), Response(200, "", {}, Json(value))))
        body = self._cassette.interactions(lambda captured: self._canonical([*captured, own]))[-1].response.body
        return body.value if isinstance(body, Json) else value

    # ---------------------------------------------------------------- how it is done

    def _load(self) -> Stored:
        try:
            return cassette_file.load(self._cassette_path)
        except FileNotFoundError:
            if not self.mode.live and self._snapshot_path.exists():
                self._trouble = self._explainer.not_recorded(self._cassette_path)
        except UnreadableGolden as error:
            self._trouble = "" if self.mode is Mode.VERIFY else str(error)
        return Stored(self._cassette_path, ())

    @contextmanager
    def _opened(self, stored: Stored) -> Iterator[TestCassette]:
        if self.mode.live:
            with LiveCassette.opened(self.nodeid, pipeline=self._pipeline) as live:
                yield live
        else:
            how = {"stored": stored, "pipeline": self._pipeline, "complain": lambda found: self._complain(found)}
            with ReplayCassette.opened(self.nodeid, **how) as replayed:
                yield replayed

    def _complain(self, fault: Any) -> str:
        return self._trouble or self._explainer.fault(fault)

    def _canonical(self, captured: Sequence[Captured]) -> list[Interaction]:
        assert self._tape
        return self._pipeline.canonical(captured, self._tape.substitutions, self._tape.races)

    def _look(self, failed: bool) -> str:
        interactions: list[Interaction] = []
        if self._tape:
            self._cassette.end()
            if faults := self._cassette.faults(failed):
                return "\n".join(dict.fromkeys(map(self._complain, faults)))
            interactions = self._cassette.interactions(self._canonical)
        if self.mode is Mode.RECORD:
            if failed:
                return ""
            public = self._pipeline.public()
            if findings := scanner.scan(interactions, public) + scanner.scan_snapshots(self._staged, public):
                return str(scanner.SecretFound(self.nodeid, findings))
        if self._tape is None:
            return ""
        if self.mode is Mode.RECORD and (problem := self._stage_cassette(interactions)):
            return problem
        return self._compare(interactions, partial=failed and self.mode.live)

    def _stage_cassette(self, interactions: Sequence[Interaction]) -> str:
        with suppress(FileNotFoundError):
            try:
                transcript.read(self._snapshot_path)
            except UnreadableGolden as error:  # syrupy would write over whatever is JSON
                return str(error)
        if not interactions:
            self._staged |= {self._cassette_path: None, self._snapshot_path: None}
            return ""
        # Another zlib may compress the same body to other bytes, so equal is what is equal before compression.
        before = cassette_file.dump(self._explainer.stored.interactions(), body_limit=None)
        if before != cassette_file.dump(interactions, body_limit=None):
            text = cassette_file.dump(interactions, self.config.body_limit)
            self.stage(self._cassette_path, text.encode("utf-8"))
        return ""

    def _compare(self, interactions: Sequence[Interaction], partial: bool) -> str:
        """Hand the transcript to syrupy; in record mode that stages it, otherwise it says what differs."""
        assert self._tape
        if not interactions and (self.mode is Mode.RECORD or not self._snapshot_path.exists()):
            return ""
        heading = Heading(self.nodeid, self._cases, [race.why for race in self._tape.races])
        actual = transcript.build(heading, interactions, self.config)
        if self._snapshot(name=TRANSCRIPT) == actual:
            return ""
        result = list(self._snapshot.executions.values())[-1]
        if isinstance(result.exception, UnreadableGolden):
            return str(UnreadableGolden(result.exception.path, result.exception.line, result.exception.what))
        if result.exception is not None:
            raise result.exception
        if result.recalled_data is None:
            return self._explainer.not_recorded(self._snapshot_path)
        try:
            expected = transcript.parse(str(result.recalled_data), self._snapshot_path)
        except UnreadableGolden as error:
            return str(error)
        return self._drift(expected, actual, partial)

    def _drift(self, expected: Transcript, actual: Transcript, partial: bool) -> str:
        if partial:
            # A body that stopped half-way did not send the rest; that is no difference of the service.
            expected = {**expected, "exchanges": expected["exchanges"][: len(actual["exchanges"])]}
            actual = {**actual, **{key: expected[key] for key in ("cases", "races") if key in expected}}
        found = drift.compare(expected, actual)
        self._drifted = bool(found)
        if not found and not partial:
            return f"{self._snapshot_path} is not in goldtape's own layout\nnext: record the test again"
        return self._explainer.differences(found) if found else ""
