"""Is a file complete? By its age, or by looking more than once.

Age alone is not proof: Samba refreshes the times of a file that is being written once and then not again until it
is closed, so a running upload grows old. Whoever reads the file must open it so that a writer is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileStat:
    """Size in bytes and times in seconds since the epoch; None where the server does not say."""

    st_size: int | None
    st_mtime: float | None
    st_chgtime: float | None

    @property
    def is_complete(self) -> bool:
        return None not in (self.st_size, self.st_mtime, self.st_chgtime)


@dataclass(frozen=True, slots=True)
class Policy:
    """With `min_age_s` one look is enough; without it, `check_count` looks, `check_interval_s` apart."""

    min_age_s: float | None = 3.0
    check_interval_s: float = 1.0
    check_count: int = 2


Stat = Callable[[], Awaitable[FileStat]]


async def is_stable(stat: Stat, policy: Policy, clock: Callable[[], float]) -> bool:
    """Tell whether a file may be taken.

    Args:
        stat: looks at the file; any error it raises makes the file unstable.
        policy: by age or by samples.
        clock: the local time in seconds since the epoch.
    """
    try:
        if policy.min_age_s is not None:
            return _is_old(await stat(), policy.min_age_s, clock())
        return await _is_unchanged(stat, policy)
    except Exception:
        # A file that cannot be looked at (deleted, renamed, server gone) is left for a later run.
        return False


def _is_old(seen: FileStat, min_age_s: float, now: float) -> bool:
    if seen.st_size is None or seen.st_mtime is None or seen.st_chgtime is None:
        return False
    return now - max(seen.st_mtime, seen.st_chgtime) >= min_age_s


async def _is_unchanged(stat: Stat, policy: Policy) -> bool:
    first = await stat()
    if not first.is_complete:
        return False
    for _ in range(policy.check_count - 1):
        await asyncio.sleep(policy.check_interval_s)
        if await stat() != first:
            return False
    return True
