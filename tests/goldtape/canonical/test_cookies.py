"""cookies: what a service sets is kept, without dates that differ in every recording."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from goldtape.canonical.cookies import apart, at_home, lasting, to_send_back, without_quotes

NOW = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)
SENT = {("sid", "[redacted-1]")}
HOUR = "Expires=Sun, 01 Mar 2026 11:00:02 GMT"


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        pytest.param("sid=1; Path=/; HttpOnly", "sid=1; Path=/; HttpOnly", id="no-date"),
        pytest.param(f"sid=1; {HOUR}; Path=/", "sid=1; Max-Age=3600; Path=/", id="date"),
        pytest.param("sid=1; expires=Sun, 01-Mar-2026 11:00:02 GMT", "sid=1; Max-Age=3600", id="old-spelling"),
        pytest.param(f"sid=1; {HOUR}; Max-Age=60", "sid=1; Max-Age=60", id="date-and-age"),
        pytest.param("sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/", "sid=; Max-Age=0; Path=/", id="past"),
        pytest.param("sid=; Expires=Sat, 01 Mar 2025 10:00:00 GMT", "sid=; Max-Age=0", id="a-year-ago"),
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


@pytest.mark.parametrize(
    ("live", "header", "kept"),
    [
        pytest.param("http://127.0.0.1:4321/a", "sid=1; Domain=127.0.0.1", "sid=1; Domain=api.shop.test", id="host"),
        pytest.param(
            "http://127.0.0.1:4321/a", "a=1; Domain=127.0.0.1, b=2", "a=1; Domain=api.shop.test, b=2", id="two"
        ),
        pytest.param(
            "https://api.x.org/a", "sid=1; domain=.X.org; Path=/", "sid=1; domain=.shop.test; Path=/", id="above"
        ),
        pytest.param("https://api.eu.x.org/a", "sid=1; Domain=x.org", "sid=1; Domain=shop.test", id="far-above"),
        pytest.param("https://api.x.org/a", "sid=1; Domain=y.org", "sid=1; Domain=y.org", id="foreign"),
        pytest.param("https://api.x.org/a", "sid=1; Domain=i.x.org", "sid=1; Domain=i.x.org", id="beside"),
        pytest.param("https://x.org/lab/a", "sid=1; Path=/lab", "sid=1; Path=/", id="base-path"),
        pytest.param("https://x.org/lab/a", "sid=1; Path=/lab/", "sid=1; Path=/", id="base-path-with-slash"),
        pytest.param(
            "https://x.org/lab/a", "sid=1; Path=/lab/b; Secure", "sid=1; Path=/b; Secure", id="below-the-base"
        ),
        pytest.param("https://x.org/lab/a", "sid=1; Path=/labour", "sid=1; Path=/labour", id="no-part-of-the-base"),
        pytest.param("https://x.org/lab/a", "sid=1; Path=/", "sid=1; Path=/", id="above-the-base"),
    ],
)
def test_a_cookie_tells_nothing_of_the_deployment(live: str, header: str, kept: str) -> None:
    """Its domain and path are those of the canonical address, from wherever it was recorded."""
    assert at_home(header, live, "http://api.shop.test/a") == kept


@pytest.mark.parametrize(
    ("cookie", "given"),
    [
        pytest.param(
            "sid=[redacted-1]; Path=/; HttpOnly", "sid=[redacted-1]; Path=/; HttpOnly", id="nothing-in-the-way"
        ),
        pytest.param("sid=[redacted-1]; Secure; Path=/", "sid=[redacted-1]; Path=/", id="secure"),
        pytest.param("sid=[redacted-1]; Path=/; secure", "sid=[redacted-1]; Path=/", id="secure-at-the-end"),
        pytest.param('sid="[redacted-1]"; Secure', 'sid="[redacted-1]"', id="quoted"),
        pytest.param("sid=[redacted-1]; Domain=shop; Path=/", "sid=[redacted-1]; Path=/", id="domain-without-a-dot"),
        pytest.param("sid=[redacted-1]; Domain=shop.test", "sid=[redacted-1]; Domain=shop.test", id="own"),
        pytest.param("sid=[redacted-2]; Domain=x.org; Secure", "sid=[redacted-2]; Domain=x.org; Secure", id="not-sent"),
        pytest.param("sid=; Max-Age=0; Domain=shop", "sid=; Max-Age=0", id="removed"),
    ],
)
def test_a_cookie_that_was_sent_back_can_be_sent_back_again(cookie: str, given: str) -> None:
    """Only what is in the way goes; and a cookie that the jar of the live run refused, is refused in replay too."""
    assert to_send_back(cookie, "http://api.shop.test/a", SENT) == given


def test_a_secure_cookie_stays_secure_where_the_canonical_host_is() -> None:
    """Nothing is in its way there."""
    cookie = "sid=[redacted-1]; Secure"

    assert to_send_back(cookie, "https://shop.test/", SENT) == cookie


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        pytest.param('a="x=="; b=2', "a=x==; b=2", id="sent"),
        pytest.param('a="x==", b="2"; Path=/', "a=x==, b=2; Path=/", id="received"),
        pytest.param('a=""; Max-Age=0', "a=; Max-Age=0", id="removed"),
        pytest.param('a={"b":1}', 'a={"b":1}', id="inside-a-value"),
    ],
)
def test_a_value_has_no_quotes_around_it(header: str, kept: str) -> None:
    """Whether it needs them depends on its characters, and these are new in every recording."""
    assert without_quotes(header) == kept
