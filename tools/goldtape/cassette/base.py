"""The common part of the two cassettes: the calls that a test and its run make, whether a file answers or a service.

vcrpy makes its patches around a `vcr.cassette.Cassette` and asks it four things: whether it can play a request, for
the answer, to keep an answer, and where a redirect leads. Each of the two cassettes answers these in its own way.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Self

from vcr.cassette import Cassette
from vcr.patch import force_reset

from goldtape.canonical.concurrency import Captured
from goldtape.cassette.doors import Call, watched
from goldtape.cassette.faults import Fault
from goldtape.exchange.interaction import Interaction

_TALKATIVE = ("httpx", "httpcore", "vcr", "urllib3", "aiohttp")
Canonical = Callable[[Sequence[Captured]], list[Interaction]]
"""Captured interactions, in the order of their start -> the interactions as goldens hold them."""

outside = force_reset
"""A context manager: requests inside it belong to no test, so they pass by any cassette."""


class TestCassette(Cassette):  # type: ignore[misc]  # vcrpy is untyped
    """The requests of one test and their answers; its path is the test's id."""

    __test__ = False  # pytest would take the class for one of tests

    @classmethod
    def load(cls, path: str, made: Self) -> Self:
        """The cassette itself: vcrpy reads and writes no file, because goldens change together (`transaction`)."""
        return made

    @contextmanager
    def at_work(self) -> Iterator[Self]:
        """Put the cassette to work in every client library that vcrpy knows; it can be done again.

        These libraries log every URL, and pytest shows the log of a failed test. A query can hold a secret, so their
        loggers are turned down meanwhile.
        """
        loggers = [logging.getLogger(name) for name in _TALKATIVE]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(max(logging.WARNING, logger.level))
        try:
            with self.use(path=self._path, made=self), watched(self):
                yield self
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)

    @abstractmethod
    def sending(self, call: Call) -> AbstractContextManager[None]:
        """The block in which a client sends a request, and which the client's error leaves when there is no answer."""

    @property
    @abstractmethod
    def position(self) -> int:
        """The number of requests that the test has started."""

    @abstractmethod
    def concurrently(self) -> AbstractContextManager[None]:
        """A block whose requests have no order among themselves."""

    def attempt(self) -> AbstractContextManager[object]:
        """Mark the requests that the task sends inside, and the tasks that it starts there, for `forget`."""
        return nullcontext()

    def forget(self, attempt: object) -> None:
        """Drop the requests of an attempt that came to nothing; a recording holds the last attempt only."""

    @abstractmethod
    def unrecorded(self) -> AbstractContextManager[None]:
        """A block whose requests are not kept.

        Raises:
            RuntimeError: In replay, where there is no service to clean up.
        """

    @property
    @abstractmethod
    def afterwards(self) -> int:
        """The number of interactions, at the end of all, that belong to the teardown of the test."""

    @abstractmethod
    def turn(self) -> None:
        """The body of the test is over: what comes now is of the teardown."""

    def end(self) -> None:
        """Keep no request from here on: the teardown is over too."""

    @abstractmethod
    def faults(self, failed: bool) -> list[Fault]:
        """The faults of the requests so far; when the body `failed`, a missing request is not a fault."""

    @abstractmethod
    def interactions(self, canonical: Canonical) -> list[Interaction]:
        """The interactions of the test, in canonical form."""
