"""Time as the service keeps and shows it: UTC, to the microsecond, always six fraction digits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import PlainSerializer


def now() -> datetime:
    """Read the clock. An operation reads it once, so that the columns it sets agree."""
    return datetime.now(UTC)


def render_instant(instant: datetime) -> str:
    """Write an aware instant as ISO-8601 in UTC.

    >>> render_instant(datetime(2026, 5, 28, 10, 0, tzinfo=UTC))
    '2026-05-28T10:00:00.000000Z'
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Instant = Annotated[datetime, PlainSerializer(render_instant, return_type=str, when_used="json")]
