"""What the cassettes of a test have in common: one set of verbs, whether a file answers or a service.

vcrpy makes its patches around a `vcr.cassette.Cassette` and asks it four things: whether it can play a request, for
the answer, to keep an answer, and where a redirect leads. Both cassettes answer these in their own way. Neither gives
vcrpy a file to read or write, because goldens change together or not at all (`transaction`).
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, NoReturn, Self

from vcr.cassette import Cassette
from vcr.patch import force_reset
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.record_mode import RecordMode

from goldtape.canonical.pipeline import Captured
from goldtape.cassette.faults import Fault
from goldtape.exchange.interaction import Interaction

_TALKATIVE = ("httpx", "httpcore", "vcr", "urllib3", "aiohttp")
Canonical = Callable[[Sequence[Captured]], list[Interaction]]
"""What was captured -> what goldens hold."""


class _NoFiles:
    """The persister that vcrpy is given."""

    @staticmethod
    def load_cassette(*_: object, **__: object) -> NoReturn:
        raise CassetteNotFoundError

    @staticmethod
    def save_cassette(*_: object, **__: object) -> None:
        """Nothing."""


class TestCassette(Cassette):  # type: ignore[misc]  # vcrpy is untyped
    """The requests of one test and their answers; `name` is the test's id."""

    __test__ = False  # pytest would take the class for one of tests
    mode: ClassVar[RecordMode]

    def __init__(self, path: str) -> None:
        super().__init__(path, persister=_NoFiles, record_mode=self.mode)

    @classmethod
    @contextmanager
    def opened(cls, path: str, **how: Any) -> Iterator[Self]:
        """Make a cassette and put it to work in every client library that vcrpy knows.

        The libraries' own log of every URL is turned down meanwhile: pytest shows it when a test fails, and a query
        can hold a secret.
        """
        loggers = [logging.getLogger(name) for name in _TALKATIVE]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(max(logging.WARNING, logger.level))
        try:
            with cls.use(path=path, **how) as cassette:
                yield cassette
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)

    @property
    @abstractmethod
    def position(self) -> int:
        """How many requests of the test have started."""

    @abstractmethod
    def concurrently(self) -> AbstractContextManager[None]:
        """What is sent inside has no order of its own."""

    @abstractmethod
    def attempt(self) -> AbstractContextManager[object]:
        """Mark what the task sends inside, and the tasks that it starts there, so that it can be forgotten."""

    @abstractmethod
    def forget(self, attempt: object) -> None:
        """Drop the requests of an attempt that came to nothing."""

    @abstractmethod
    def unrecorded(self) -> AbstractContextManager[None]:
        """What is sent inside is no part of the story."""

    @abstractmethod
    def end(self) -> None:
        """The story is over; later requests are no part of it."""

    @abstractmethod
    def faults(self, failed: bool) -> list[Fault]:
        """What is wrong with the requests themselves; a body that `failed` did not send all of them."""

    @abstractmethod
    def interactions(self, canonical: Canonical) -> list[Interaction]:
        """The story in canonical form."""


@contextmanager
def outside() -> Iterator[None]:
    """Let requests through that belong to no test, whatever cassette is open."""
    with force_reset():
        yield
