"""The cookies that a service sets: without the date on which each ends, which differs in every recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime

# A comma also stands in a date, but what follows that one is no name with a value.
_BETWEEN = re.compile(r",\s*(?=[^;,=\s]+=)")
_EXPIRES = re.compile(r";\s*expires=([^;]*)", re.IGNORECASE)
_MAX_AGE = re.compile(r";\s*max-age=", re.IGNORECASE)
_ROUND_S = 60


def apart(header: str) -> list[str]:
    """The cookies of a `set-cookie` header that holds several, joined by commas."""
    return _BETWEEN.split(header)


def lasting(header: str, now: datetime | None) -> str:
    """A `set-cookie` header in which a cookie that is still to end says for how long it lasts, not until when.

    `Max-Age` wins over `Expires` (RFC 6265 section 5.3), so clients see the same. It is in seconds, in whole minutes.
    `now` is when the request started. If it is None, nothing changes; nor does a date in the past, which removes a
    cookie.
    """
    return ", ".join(_lasting(apart(header), now)) if now else header


def _lasting(cookies: list[str], now: datetime) -> Iterator[str]:
    for cookie in cookies:
        ends = _EXPIRES.search(cookie)
        left_s = _seconds_left(ends.group(1), now) if ends else 0
        told = "" if _MAX_AGE.search(cookie) else f"; Max-Age={round(left_s / _ROUND_S) * _ROUND_S}"
        yield _EXPIRES.sub(told, cookie) if left_s > 0 else cookie


def _seconds_left(date: str, now: datetime) -> float:
    with suppress(ValueError, TypeError):  # TypeError: a date without a zone
        return (parsedate_to_datetime(date.strip().replace("-", " ")) - now).total_seconds()
    return 0
