"""One test between its client and its goldens: what the `goldtape` fixture gives.

replay   responses come from the cassette; every one is played, nothing else is sent, the snapshot agrees
verify   responses come from the service; the snapshot agrees; nothing is written
record   responses come from the service; cassette and snapshot are staged, and written if the test passed
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from syrupy.assertion import SnapshotAssertion

from goldtape.canonical import scanner
from goldtape.canonical.addresses import Substitution, substitutions_for
from goldtape.canonical.pipeline import Captured, Rules
from goldtape.canonical.races import Race
from goldtape.cassette.base import capturing
from goldtape.cassette.live import LiveCassette
from goldtape.cassette.replay import ReplayCassette, Unmatched
from goldtape.cassette.wire import read_request
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.goldens import cassette_file as storage
from goldtape.goldens import transaction, transcript
from goldtape.goldens.cassette_file import Stored
from goldtape.goldens.naming import golden_name, suffixed
from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.snapshot import TRANSCRIPT
from goldtape.goldens.transcript import Heading, Transcript
from goldtape.verdict import drift, explain

Answer = TypeVar("Answer")


class Mode(Enum):
    """Where responses come from and where they go."""

    REPLAY = "replay"
    VERIFY = "verify"
    RECORD = "record"


class Tape:
    """The goldens of one test, and everything a test or fixture may ask of the engine.

    Args:
        config: The project's.
        mode: Replay, verify or record.
        nodeid: pytest's id of the test, relative to the project's root.
        cases: The ids that the test carries.
        find_url: Target name -> base URL of what runs live; asked only in live modes.
        snapshot: syrupy's assertion for this test.
    """

    def __init__(
        self,
        config: Config,
        mode: Mode,
        nodeid: str,
        cases: Sequence[str],
        find_url: Callable[[str], str],
        snapshot: SnapshotAssertion,
    ) -> None:
        self.config, self.mode, self.nodeid = config, mode, nodeid
        self.exchanges = 0
        self.passed = self.drifted = self.spoiled = False
        self._cases, self._find_url, self._snapshot = cases, find_url, snapshot
        name = golden_name(nodeid, config.tests.relative_to(config.root).as_posix())
        self._rules = Rules(config, home=name.parts[0])
        self.cassette_path = suffixed(config.cassettes, name, ".yaml")
        self.snapshot_path = suffixed(config.snapshots, name, ".json")
        self.trouble = ""
        self._substitutions: list[Substitution] = []
        self._races: list[Race] = []
        self._in_order = True
        self._staged: dict[Path, bytes | None] = {}
        self._open = ExitStack()
        self._stored = self._load()
        self._cassette = self._new_cassette()
        self._open.enter_context(capturing(self._cassette))

    # ---------------------------------------------------------------- for tests and fixtures

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self.mode is not Mode.REPLAY

    def url(self, target: str) -> str:
        """The base URL for a client of a system, or of its support API `<system>-support`."""
        canonical = self.config.target(target).host
        if not self.live:
            return canonical
        url = self._find_url(target)
        self._substitutions += substitutions_for(url, canonical)
        return url

    def unique(self, name: str) -> str:
        """A value that no other live run uses; replay and goldens have `name` itself in its place.

        The part before an "@" is what becomes unique, so an e-mail address stays one.
        """
        if not self.live:
            return name
        local, at, domain = name.partition("@")
        value = f"{local}-{secrets.token_hex(4)}{at}{domain}"
        self._substitutions.append(Substitution(value, name))
        return value

    def alias(self, live: str, name: str) -> None:
        """Have goldens hold `name` where this live run has `live`: a share, an account, a region."""
        self._substitutions.append(Substitution(live, name))

    def race(self, values: Sequence[str], why: str) -> None:
        """Declare that from here on it is a race which of these values appears where.

        Args:
            values: Interchangeable strings, in the order in which the goldens are to name them.
            why: The sentence that the snapshot shows, such as "who wins which item".
        """
        if isinstance(self._cassette, LiveCassette):
            self._races.append(Race(self._cassette.mark(), tuple(values), why))
        else:
            self._races.append(Race(len(self._cassette.played), tuple(values), why))

    @contextmanager
    def concurrently(self) -> Iterator[None]:
        """Order what is sent inside by actor, then by the actor's own sequence, instead of by start.

        Replay then takes the test's requests in any order; without it they have to come as they were recorded.
        """
        self._in_order = False
        if not isinstance(self._cassette, LiveCassette):
            yield
            return
        self._cassette.lane = object()
        try:
            yield
        finally:
            self._cassette.lane = None

    async def eventually(
        self,
        probe: Callable[[], Awaitable[Answer]],
        until: Callable[[Answer], bool],
        timeout_s: float = 30.0,
        every_s: float = 0.2,
    ) -> Answer:
        """Repeat `probe` until its answer satisfies `until`; goldens keep the last attempt only.

        Replay plays that one attempt and never sleeps.

        Raises:
            AssertionError: It never did within `timeout_s` seconds; the message shows the last answer.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (timeout_s if self.live else 0.0)
        while True:
            with self._cassette.attempt() if isinstance(self._cassette, LiveCassette) else nullcontext() as attempt:
                answer = await probe()
            if until(answer):
                return answer
            if loop.time() >= deadline:
                raise AssertionError(f"still not so after {timeout_s:g} s; the last answer was {answer!r}")
            if isinstance(self._cassette, LiveCassette):
                self._cassette.forget(attempt)
            await asyncio.sleep(every_s)

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Let live requests through without a trace: cleaning up, never the story itself.

        Raises:
            RuntimeError: In replay, where there is no service to clean up.
        """
        if not isinstance(self._cassette, LiveCassette):
            raise RuntimeError("unrecorded requests need a service: ask `if goldtape.live:` first")
        before, self._cassette.capturing = self._cassette.capturing, False
        try:
            yield
        finally:
            self._cassette.capturing = before

    # ---------------------------------------------------------------- for the plugin

    def finish(self, failed: bool) -> str:
        """Compare or stage, at the end of the test's body.

        Args:
            failed: The body itself failed; then only what it got to is compared, and nothing is staged.

        Returns:
            What is wrong, as a person reads it; "" when nothing is.
        """
        problem = self._finish_live(failed) if isinstance(self._cassette, LiveCassette) else self._finish_replay(failed)
        self.passed = not failed and not problem and not self.spoiled
        return problem

    def commit(self) -> list[Path]:
        """Write what was staged, all or nothing; the files that changed."""
        return transaction.commit(self.config.work, self._staged) if self.passed else []

    def stage(self, path: Path, content: bytes) -> None:
        """Keep a golden's new content until the test has passed."""
        self._staged[path] = content

    def canonical(self, value: Any) -> Any:
        """A JSON value as goldens hold it: what the exchanges so far minted or redacted in it is replaced too."""
        if not isinstance(self._cassette, LiveCassette):
            return value
        # It is canonical as if the service had sent it last, so there is one way to be canonical.
        own = Interaction(Request("GET", "", {}), Response(200, "", {}, Json(value)))
        interactions = self._canonical(self._cassette, (own, None))
        return interactions[-1].response.body.value if isinstance(interactions[-1].response.body, Json) else value

    def close(self) -> None:
        """Stop capturing. May be called more than once."""
        self._open.close()

    # ---------------------------------------------------------------- how it is done

    def _load(self) -> Stored:
        try:
            return storage.load(self.cassette_path)
        except FileNotFoundError:
            if not self.live and self.snapshot_path.exists():
                self.trouble = explain.not_recorded(self.cassette_path, self.config, self.nodeid)
        except UnreadableGolden as error:
            self.trouble = "" if self.mode is Mode.VERIFY else str(error)
        return Stored(self.cassette_path, ())

    def _new_cassette(self) -> LiveCassette | ReplayCassette:
        if self.live:
            return LiveCassette(self.nodeid)
        return ReplayCassette(
            self.nodeid, self._stored, self._rules.request_headers, self._rules.redactor(), self._complain
        )

    def _complain(self, found: Unmatched) -> str:
        if self.trouble:
            return self.trouble
        if not self._stored.chunks:
            return explain.not_recorded(self.cassette_path, self.config, self.nodeid)
        return explain.unmatched(found, self._stored, self.config, self.nodeid)

    def _finish_replay(self, failed: bool) -> str:
        cassette = self._cassette
        assert isinstance(cassette, ReplayCassette)
        self.exchanges = len(cassette.played)
        if cassette.unmatched:
            return "\n".join(dict.fromkeys(map(self._complain, cassette.unmatched)))
        if not failed and (left := cassette.unplayed):
            return explain.unplayed(left, self._stored, self.config, self.nodeid)
        if not failed and self._in_order and cassette.played != sorted(cassette.played):
            return explain.out_of_order(cassette.played, self._stored, self.config, self.nodeid)
        return self._compare(self._stored.interactions(), partial=False)

    def _finish_live(self, failed: bool) -> str:
        cassette = self._cassette
        assert isinstance(cassette, LiveCassette)
        cassette.capturing = False
        interactions = self._canonical(cassette)
        self.exchanges = len(interactions)
        if self.mode is Mode.VERIFY:
            return self._compare(interactions, partial=failed)
        if failed:
            return ""
        if lost := cassette.unanswered():
            redactor = self._rules.redactor()
            shown = [redactor.redact_request(read_request(one)) for one in lost]
            return explain.unanswered([f"{one.method} {one.uri}" for one in shown], self.nodeid)
        public = self._rules.public()
        if findings := scanner.scan(interactions, public) + scanner.scan_snapshots(self._staged, public):
            return str(scanner.SecretFound(self.nodeid, findings))
        return self._stage_goldens(interactions)

    def _canonical(self, cassette: LiveCassette, *further: Captured) -> list[Interaction]:
        captured = [*cassette.captured(), *further]
        return self._rules.canonical(captured, self._substitutions, self._races, cassette.overlapped)

    def _stage_goldens(self, interactions: Sequence[Interaction]) -> str:
        with suppress(FileNotFoundError):
            try:
                transcript.read(self.snapshot_path)
            except UnreadableGolden as error:  # syrupy would write over whatever is JSON
                return str(error)
        if not interactions:
            self._staged |= {self.cassette_path: None, self.snapshot_path: None}
            return ""
        # Another zlib may compress the same body to other bytes, so equal is what is equal before compression.
        before = storage.dump(self._stored.interactions(), body_limit=None)
        if before != storage.dump(interactions, body_limit=None):
            text = storage.dump(interactions, self.config.body_limit)
            self.stage(self.cassette_path, text.encode("utf-8"))
        return self._compare(interactions, partial=False)

    def _compare(self, interactions: Sequence[Interaction], partial: bool) -> str:
        """Hand the transcript to syrupy; in record mode that stages it, otherwise it says what differs."""
        heading = Heading(self.nodeid, self._cases, [race.why for race in self._races])
        actual = transcript.build(heading, interactions, self.config)
        if not interactions and not self.snapshot_path.exists():
            return ""
        if self._snapshot(name=TRANSCRIPT) == actual:
            return ""
        result = list(self._snapshot.executions.values())[-1]
        if isinstance(result.exception, UnreadableGolden):
            return str(UnreadableGolden(result.exception.path, result.exception.line, result.exception.what))
        if result.exception is not None:
            raise result.exception
        if result.recalled_data is None:
            return explain.not_recorded(self.snapshot_path, self.config, self.nodeid)
        try:
            expected = transcript.parse(str(result.recalled_data), self.snapshot_path)
        except UnreadableGolden as error:
            return str(error)
        return self._explain_drift(expected, actual, partial)

    def _explain_drift(self, expected: Transcript, actual: Transcript, partial: bool) -> str:
        if partial:
            # A body that stopped half-way did not send the rest; that is no difference of the service.
            expected = {**expected, "exchanges": expected["exchanges"][: len(actual["exchanges"])]}
            actual = {**actual, **{key: expected[key] for key in ("cases", "races") if key in expected}}
        found = drift.compare(expected, actual)
        self.drifted = bool(found)
        if not found and not partial:
            return f"{self.snapshot_path} is not in goldtape's own layout\nnext: record the test again"
        return explain.differences(found, self.nodeid) if found else ""
