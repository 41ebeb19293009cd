"""The value of the `goldtape` fixture: all calls that a test or fixture can make about its recording."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from goldtape.canonical.addresses import Substitution, substitutions_for
from goldtape.config import Config
from goldtape.plugin.heard import Heard
from goldtape.plugin.mode import Mode

Answer = TypeVar("Answer")


class Tape:
    """The recording of the running test, or of the wider fixture that is being set up or torn down.

    `find_url` gives the base URL of a target that runs, by its name; it is called in live modes only. `heard` is where
    the calls go: what the run that is at work has heard.
    """

    def __init__(self, config: Config, mode: Mode, find_url: Callable[[str], str], heard: Callable[[], Heard]) -> None:
        self._config, self._mode, self._find_url, self._heard = config, mode, find_url, heard

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self._mode.live

    @property
    def judging(self) -> bool:
        """Whether the plan alone is judged (`--against=plan`): then nothing needs to be read for the goldens."""
        return self._mode is Mode.JUDGE

    def url(self, target: str) -> str:
        """The base URL for a client of a system, or of its support API `<system>-support`."""
        canonical, heard = self._config.target(target).host, self._heard()
        heard.asked.add(target)
        if not self.live:
            return canonical
        url = self._find_url(target)
        heard.substitutions += substitutions_for(url, canonical)
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
        self._heard().substitutions.append(Substitution(live, name))

    def race(self, values: Sequence[str], why: str) -> None:
        """Declare a race: from here on it is open which of these values appears where.

        The goldens name the `values`, which are interchangeable, in the given order. The snapshot shows `why`, such as
        "who wins which item".
        """
        self._heard().race(values, why)

    def concurrently(self) -> AbstractContextManager[None]:
        """Order the requests inside by actor, then by the actor's own sequence, instead of by start.

        Replay takes the requests inside in any order; all others have to come as they were recorded.
        """
        return self._heard().cassette.concurrently()

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
        loop, cassette = asyncio.get_running_loop(), self._heard().cassette
        deadline = loop.time() + (timeout_s if self.live else 0.0)
        while True:
            with cassette.attempt() as attempt:
                answer = await probe()
            if until(answer):
                return answer
            if loop.time() >= deadline:
                raise AssertionError(f"still not so after {timeout_s:g} s; the last answer was {answer!r}")
            cassette.forget(attempt)
            await asyncio.sleep(every_s)

    def unrecorded(self) -> AbstractContextManager[None]:
        """Let live requests through without a trace: cleaning up, never the story itself.

        Raises:
            RuntimeError: In replay, where there is no service to clean up.
        """
        return self._heard().cassette.unrecorded()
