"""The value of the `goldtape` fixture: all calls that a test or fixture can make about its recording."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from goldtape.canonical.addresses import Substitution, substitutions_for
from goldtape.canonical.races import Race
from goldtape.cassette.base import TestCassette
from goldtape.config import Config
from goldtape.plugin.mode import Mode

Answer = TypeVar("Answer")


class Tape:
    """The recording of one test, as the test sees it.

    `asked` are the targets whose URL the test has asked for. `substitutions` and `races` are what it has declared so
    far, in order.
    """

    def __init__(self, config: Config, mode: Mode, cassette: TestCassette, find_url: Callable[[str], str]) -> None:
        self.asked: set[str] = set()
        self.substitutions: list[Substitution] = []
        self.races: list[Race] = []
        self._config, self._mode, self._cassette, self._find_url = config, mode, cassette, find_url

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self._mode.live

    def url(self, target: str) -> str:
        """The base URL for a client of a system, or of its support API `<system>-support`."""
        canonical = self._config.target(target).host
        self.asked.add(target)
        if not self.live:
            return canonical
        url = self._find_url(target)
        self.substitutions += substitutions_for(url, canonical)
        return url

    def unique(self, name: str) -> str:
        """A value that no other live run uses; replay and goldens have `name` itself in its place.

        The part before an "@" is what becomes unique, so an e-mail address stays one.
        """
        if not self.live:
            return name
        local, at, domain = name.partition("@")
        value = f"{local}-{secrets.token_hex(4)}{at}{domain}"
        self.alias(value, name)
        return value

    def alias(self, live: str, name: str) -> None:
        """Write `name` into the goldens wherever this live run has `live`: a share, an account, a region."""
        self.substitutions.append(Substitution(live, name))

    def race(self, values: Sequence[str], why: str) -> None:
        """Declare a race: from here on it is open which of these values appears where.

        The goldens name the `values`, which are interchangeable, in the given order. The snapshot shows `why`, such as
        "who wins which item".
        """
        self.races.append(Race(self._cassette.position, tuple(values), why))

    def concurrently(self) -> AbstractContextManager[None]:
        """Order the requests inside by actor, then by the actor's own sequence, instead of by start.

        Replay takes the requests inside in any order; all others have to come as they were recorded.
        """
        return self._cassette.concurrently()

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
            with self._cassette.attempt() as attempt:
                answer = await probe()
            if until(answer):
                return answer
            if loop.time() >= deadline:
                raise AssertionError(f"still not so after {timeout_s:g} s; the last answer was {answer!r}")
            self._cassette.forget(attempt)
            await asyncio.sleep(every_s)

    def unrecorded(self) -> AbstractContextManager[None]:
        """Let live requests through without a trace: cleaning up, never the story itself.

        Raises:
            RuntimeError: In replay, where there is no service to clean up.
        """
        return self._cassette.unrecorded()
