"""What the service mints: times, and ids that sort in the order in which they were made."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def as_text(instant: datetime) -> str:
    """Write an instant in UTC with six fraction digits and Z."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_run_id() -> str:
    return f"req-{secrets.token_hex(5)}"


def new_correlation_id() -> str:
    return f"corr-{secrets.token_hex(4)}"


class RowIds:
    """UUIDs of version 7 (RFC 9562), strictly ascending within one object.

    The 12 bits after the milliseconds hold their fraction; an id that would not be greater than the one
    before is moved up by one step of that fraction.
    """

    def __init__(self) -> None:
        self._last = 0

    def new(self) -> str:
        """Return the next id as 32 hex digits."""
        milliseconds, rest_ns = divmod(time.time_ns(), 1_000_000)
        self._last = max(self._last + 1, (milliseconds << 12) | (rest_ns * 4096 // 1_000_000))
        stamp, fraction = divmod(self._last, 4096)
        tail = (0b10 << 62) | secrets.randbits(62)
        return f"{(stamp << 80) | (7 << 76) | (fraction << 64) | tail:032x}"
