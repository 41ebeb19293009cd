"""What both cassettes, the one that replays and the one that captures, change of vcrpy's, and how they are put to work.

vcrpy captures in every mode, and both are `vcr.cassette.Cassette`s. Here its loading and saving are made to do nothing,
because goldens change together or not at all (`transaction`). `replay` bends the look-up, a dictionary for a scan
with matchers; `capture` bends the order, that of the requests' start instead of the responses' arrival.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from vcr.cassette import Cassette, CassetteContextDecorator
from vcr.record_mode import RecordMode

_TALKATIVE = ("httpx", "httpcore", "vcr", "urllib3", "aiohttp")


class BentCassette(Cassette):  # type: ignore[misc]  # vcrpy is untyped
    """What both cassettes change of vcrpy's."""

    mode: ClassVar[RecordMode]

    def __init__(self, path: str) -> None:
        super().__init__(path, record_mode=self.mode)

    def _load(self) -> None:  # there is nothing for vcrpy to load: it would parse and copy every interaction
        self.rewound = True

    def _save(self, force: bool = False) -> None:  # goldens are written by `transaction` alone
        pass


@contextmanager
def capturing(cassette: BentCassette) -> Iterator[None]:
    """vcrpy's patches, around a cassette that is made already instead of one for vcrpy to load.

    The libraries' own log of every URL is turned down meanwhile: pytest shows it when a test fails, and a query can
    hold a secret.
    """
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logging.WARNING, logger.level))
    try:
        with CassetteContextDecorator(_Made(cassette), lambda: {"path": cassette.path}):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@dataclass(frozen=True, slots=True)
class _Made:
    """Stands where vcrpy expects the class to load a cassette with."""

    cassette: BentCassette

    def load(self, **_: object) -> BentCassette:
        return self.cassette
