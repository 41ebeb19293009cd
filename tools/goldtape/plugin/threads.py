"""Threads that outlive the test that started them: what they send from then on is in no golden."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Set
from concurrent.futures import thread as pools


def running() -> Set[threading.Thread]:
    """The threads that run now."""
    return frozenset(threading.enumerate())


def warn_of_left(test: str, before: Set[threading.Thread]) -> None:
    """Warn of threads that a test has started and left; not of a pool's, which wait for work, nor of daemons."""
    for thread in running() - before:
        # There is no public way to tell the idle thread of a pool.
        if not thread.daemon and thread not in getattr(pools, "_threads_queues", ()):
            warnings.warn(
                f"the thread {thread.name!r} outlives {test}: its requests are in no golden now\n"
                "next: join it before the test ends",
                stacklevel=2,
            )
