"""A planted failure, to see that a run takes back what it has begun.

With IT_ENABLE_FAILPOINTS and ENV=local, a file with IT_TX_ROLLBACK in its name fails once, right after its claim.
"""

from __future__ import annotations

MARK = "IT_TX_ROLLBACK"
TEXT = "IT_FAILPOINT_TX_ROLLBACK_AFTER_CLAIM"


class FailpointHit(Exception):
    """The planted failure."""


class Failpoints:
    """Remembers which files have failed, and forgets each when it has passed."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._fired: set[str] = set()

    def after_claim(self, path: str) -> None:
        """Fail for a marked file on its first visit.

        Raises:
            FailpointHit: this is the first visit.
        """
        if not self._enabled or MARK not in path:
            return
        if path in self._fired:
            self._fired.remove(path)
            return
        self._fired.add(path)
        raise FailpointHit(f"{TEXT}: {path}")
