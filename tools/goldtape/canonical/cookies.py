"""The cookies that a service sets: what goldens hold of them, and what a client's jar is given in replay.

In a golden, a cookie has no date and no quotes, which would differ in every recording, and none of the deployment's
address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

# A comma also stands in a date, but what follows that one is no name with a value.
_BETWEEN = re.compile(r",\s*(?=[^;,=\s]+=)")
_EXPIRES = re.compile(r";\s*expires=([^;]*)", re.IGNORECASE)
_MAX_AGE = re.compile(r";\s*max-age=", re.IGNORECASE)
_DOMAIN = re.compile(r";\s*domain=\s*\.?([^;]*)", re.IGNORECASE)
_PATH = re.compile(r"(;\s*path=)([^;]*)", re.IGNORECASE)
_SECURE = re.compile(r";\s*secure\s*(?=;|$)", re.IGNORECASE)
_QUOTED = re.compile(r'(?<==)"([^";]*)"(?=\s*(?:[;,]|$))')
_REMOVED = re.compile(r";\s*max-age=\s*(?:0|-\d+)\s*(?=;|$)", re.IGNORECASE)
_ROUND_S = 60


def apart(header: str) -> list[str]:
    """The cookies of a `set-cookie` header that holds several, joined by commas."""
    return _BETWEEN.split(header)


def without_quotes(header: str) -> str:
    """A `cookie` or `set-cookie` header whose values have no quotes.

    They are part of how a value is written: a service or a jar puts them around some values and not around others. So
    a value that is new in every recording has them in one and not in the next.
    """
    return _QUOTED.sub(r"\1", header)


def lasting(header: str, now: datetime | None) -> str:
    """A `set-cookie` header in which each cookie says for how long it lasts, not until when.

    `Max-Age` wins over `Expires` (RFC 6265 section 5.3), so clients see the same. It is in seconds, in whole minutes,
    and 0 for a date in the past, which removes a cookie. `now` is when the request started; nothing changes if it is
    None.
    """
    return ", ".join(_lasting(apart(header), now)) if now else header


def _lasting(cookies: list[str], now: datetime) -> Iterator[str]:
    for cookie in cookies:
        ends = _EXPIRES.search(cookie)
        left_s = _seconds_left(ends.group(1), now) if ends else None
        if left_s is None:
            yield cookie
            continue
        age_s = max(round(left_s / _ROUND_S) * _ROUND_S, 0)
        yield _EXPIRES.sub("" if _MAX_AGE.search(cookie) else f"; Max-Age={age_s}", cookie)


def _seconds_left(date: str, now: datetime) -> float | None:
    with suppress(ValueError, TypeError):  # TypeError: a date without a zone
        return (parsedate_to_datetime(date.strip().replace("-", " ")) - now).total_seconds()
    return None


def at_home(header: str, live: str, own: str) -> str:
    """A `set-cookie` header whose domains and paths are those of the canonical address.

    `live` is the URI that the request went to, `own` the one that goldens have for it. A domain above the live host
    becomes the one that lies as far above the canonical host, and a path below the deployment's base URL loses the path
    of that. A domain or path of something else stays.
    """
    base = urlsplit(live).path.removesuffix(urlsplit(own).path)
    return ", ".join(_at_home(cookie, _host(live), _host(own), base) for cookie in apart(header))


def _at_home(cookie: str, live: str, own: str, base: str) -> str:
    domain = _DOMAIN.search(cookie)
    if domain and _is_below(live, domain[1]):
        above = live.count(".") - domain[1].strip().count(".")
        labels = own.split(".")
        kept = ".".join(labels[min(above, max(len(labels) - 2, 0)) :])
        cookie = f"{cookie[: domain.start(1)]}{kept}{cookie[domain.end(1) :]}"
    path = _PATH.search(cookie)
    if path and base and f"{path[2].rstrip('/')}/".startswith(f"{base}/"):
        cookie = f"{cookie[: path.start(2)]}{path[2].removeprefix(base) or '/'}{cookie[path.end(2) :]}"
    return cookie


def pairs(header: str) -> Iterator[tuple[str, str]]:
    """The names and values in a `cookie` header, values without quotes."""
    for part in without_quotes(header).split(";"):
        name, _, value = part.partition("=")
        yield name.strip(), value.strip()


def matched_cookies(header: str) -> str:
    """A `cookie` header as requests are matched by it: unquoted, and sorted, because a jar has an order of its own."""
    return "; ".join(map("=".join, sorted(pairs(header))))


def to_send_back(cookie: str, uri: str, sent: Collection[tuple[str, str]]) -> str:
    """A cookie as a client's jar has to get it with the answer from the canonical `uri`, in order to send it back.

    Jars send no secure cookie over plain HTTP, and keep none whose domain is a name without a dot. But the live run had
    another host, perhaps with TLS. If the cookie was `sent` back there, it loses the attribute in the way, and so does
    the one that removes it. If it was not, the jar gets it as it is.
    """
    if next(pairs(cookie)) not in sent and not _REMOVED.search(cookie):
        return cookie
    domain = _DOMAIN.search(cookie)
    if domain and "." not in domain[1]:
        cookie = _DOMAIN.sub("", cookie)
    return _SECURE.sub("", cookie) if urlsplit(uri).scheme == "http" else cookie


def _host(uri: str) -> str:
    return urlsplit(uri).hostname or ""


def _is_below(host: str, domain: str) -> bool:
    """Whether a cookie of this domain is for a host: they are the same, or the host's name ends with it."""
    return bool(domain.strip()) and f".{host}".endswith(f".{domain.strip().lower()}")
