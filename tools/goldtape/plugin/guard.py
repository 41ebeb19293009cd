"""What the network guard lets through: nothing in replay, the services under test in a live run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from goldtape import config as configuration


def guard(project: configuration.Config, live: bool) -> AbstractContextManager[Sequence[str]]:
    """Guard what runs inside; yields the addresses that it connects to, as they come."""
    from goldtape.live import network

    if not live:
        return network.only(())
    from goldtape.live import target

    return network.only(target.reachable(project))
