"""cookies: what a service sets is kept, without dates that differ in every recording."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from goldtape.canonical.cookies import apart, lasting

NOW = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)
HOUR = "Expires=Sun, 01 Mar 2026 11:00:02 GMT"


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        pytest.param("sid=1; Path=/; HttpOnly", "sid=1; Path=/; HttpOnly", id="no-date"),
        pytest.param(f"sid=1; {HOUR}; Path=/", "sid=1; Max-Age=3600; Path=/", id="date"),
        pytest.param("sid=1; expires=Sun, 01-Mar-2026 11:00:02 GMT", "sid=1; Max-Age=3600", id="old-spelling"),
        pytest.param(f"sid=1; {HOUR}; Max-Age=60", "sid=1; Max-Age=60", id="date-and-age"),
        pytest.param(
            "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", id="past"
        ),
        pytest.param("sid=1; Expires=soon", "sid=1; Expires=soon", id="no-real-date"),
        pytest.param(f"a=1; {HOUR}, b=2", "a=1; Max-Age=3600, b=2", id="two"),
    ],
)
def test_a_cookie_says_for_how_long_it_lasts(header: str, kept: str) -> None:
    """An hour stays an hour, whenever it is recorded; a cookie that is removed stays removed."""
    assert lasting(header, NOW) == kept


def test_without_a_clock_a_cookie_stays_as_it_is() -> None:
    """What was not captured live has no time to count from."""
    assert lasting(f"a=1; {HOUR}", None) == f"a=1; {HOUR}"


def test_cookies_joined_by_commas_come_apart_at_the_right_ones() -> None:
    """A date has a comma too."""
    assert apart(f"a=1; {HOUR}; Path=/, b=2,c=3") == [f"a=1; {HOUR}; Path=/", "b=2", "c=3"]
