"""One spelling of a URI, for matching and for goldens alike: see RFC 3986 section 6.2.2. A fragment never travels."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from goldtape.exchange.walk import IN_SEGMENT

# Nothing to quote or to unquote, and no query.
_PLAIN = re.compile(rf"[0-9A-Za-z._~/{re.escape(IN_SEGMENT)}-]*")


def stored_uri(uri: str) -> str:
    """A URI as goldens show it: the path quoted one way only, the query as it was sent."""
    if _PLAIN.fullmatch(uri):
        return uri
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}{_path(parts.path)}{'?' if parts.query else ''}{parts.query}"


def matched_uri(uri: str) -> str:
    """A URI as requests are matched: `stored_uri` with its query sorted by name; repeated names keep their order."""
    if "?" not in uri:
        return stored_uri(uri)
    parts = urlsplit(uri)
    # Bytes that are not UTF-8 are kept: a replacement character would make any two of them equal.
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = urlencode(sorted(pairs, key=lambda pair: pair[0]), errors="surrogateescape")
    return f"{parts.scheme}://{parts.netloc}{_path(parts.path)}{'?' if pairs else ''}{query}"


def _path(path: str) -> str:
    return "/".join(quote(unquote_to_bytes(segment), safe=IN_SEGMENT) for segment in path.split("/"))
