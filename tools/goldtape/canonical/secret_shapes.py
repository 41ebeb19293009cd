"""The shapes of secrets: what is a credential by its look, under any name and in any text.

A row of SHAPES holds a pattern; its group, or else the whole match, is the secret.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

_NO_WORD_BEFORE, _NO_WORD_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
# Keys of well-known services, by the beginning that the service gives them.
_PREFIXED = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}",
    r"gh[pousr]_\w{16,}",
    r"github_pat_\w{16,}",
    r"gl(?:pat|dt|rt|sa|ptt|soat|cbt|imt|agent)[-_][\w-]{16,}",
    r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,}",
    r"xapp-[\w-]{10,}",
    r"(?:sk|rk)_(?:live|test|prod)_\w{10,}",
    r"whsec_[\w+/=]{10,}",
    r"sk-[\w-]{16,}",
    r"AIza[\w-]{20,}",
    r"ya29\.[\w-]{16,}",
    r"1//[\w-]{20,}",
    r"npm_\w{16,}",
    r"pypi-[\w-]{16,}",
    r"SG\.[\w-]{10,}(?:\.[\w-]{10,})?",
    r"dapi[0-9a-f]{32}",
    r"do[opr]_v1_\w{16,}",
    r"hf_\w{16,}",
    r"hv[sbr]\.[\w-]{16,}",
    r"dckr_pat_[\w-]{16,}",
    r"shp(?:at|ca|pa|ss)_\w{16,}",
    r"key-[0-9a-f]{32}",
    r"AGE-SECRET-KEY-1\w{16,}",
    r"PMAK-[\w-]{16,}",
    r"lin_api_\w{16,}",
    r"sq0(?:atp|csp)-[\w-]{16,}",
    r"\d{8,10}:AA[\w-]{30,}",
)
SHAPES = (
    # A private key as a whole, also if the text breaks off or its lines are written as "\n".
    re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,2}"),
    re.compile(f"{_NO_WORD_BEFORE}(?:{'|'.join(_PREFIXED)}){_NO_WORD_AFTER}"),
    re.compile(r"hooks\.slack\.com/(?:services|workflows)/([\w/-]{16,})"),
    re.compile(r"discord(?:app)?\.com/api/webhooks/\d+/([\w-]{16,})"),
    # User info of a URL: `user:password@`, `:password@`, or the bare key of a DSN.
    re.compile(r"(?<=://)(?:[^\s/@:\"'<>?#]*):([^\s/@\"'<>?#]+)(?=@)"),
    re.compile(r"(?:(?<=http://)|(?<=https://))([^\s/@:\"'<>?#]{12,})(?=@[\w.-]+)"),
    re.compile(r"(?<=://)([^\s/@:\"'<>?#]*:[^\s/@\"'<>?#]+)(?=@)"),
    # A credential with its scheme. A word of letters only is prose: "Bearer authentication".
    re.compile(r"\bBearer\s+(?=[A-Za-z]*[^A-Za-z\s])([A-Za-z0-9._~+/-]{8,}=*)(?![\w=\"])", re.IGNORECASE),
    # curl -u user:password
    re.compile(r"(?<!\S)(?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"']+:([^\s\"']+)"),
)
_BASIC = re.compile(r"\bBasic\s+([A-Za-z0-9+/_-]{6,}={0,2})", re.IGNORECASE)
# For the quick look: what every match of a shape contains.
_QUICK = re.compile(
    r"A[KSBC][IC]A|gh[pousr]_|github_pat_|gl[a-z]{2,5}[-_]|xox[a-z]|xapp-|[sr]k[-_]|whsec_|AIza|ya29\.|1//|npm_|pypi-|SG\.|"
    r"dapi|_v1_|hf_|hv[sbr]\.|dckr_|shp[acps]|key-|AGE-|PMAK-|lin_api|sq0|:AA|eyJ|PRIVATE|hooks\.|webhooks|@|"
    r"[Bb][Ee][Aa][Rr][Ee][Rr]\s|[Bb][Aa][Ss][Ii][Cc]\s|-u|--user|--proxy-user"
)
_LONG_WORD = re.compile(r"[\w.-]{13}")


def may_hold(text: str) -> bool:
    """A quick look: False only if no shape is in this text."""
    return bool(_QUICK.search(text))


def may_be_in_uri(uri: str) -> bool:
    """`may_hold` for a URI without user info: what is left are keys, and these are long words."""
    return bool(_LONG_WORD.search(uri)) and may_hold(uri)


def find_shapes(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text the secrets with a shape stand: (start, end) of each; they can overlap."""
    if not may_hold(text):
        return
    for pattern in SHAPES:
        for match in pattern.finditer(text):
            yield match.span(pattern.groups)
    for match in _BASIC.finditer(text):
        if ":" in unpack(match.group(1)):
            yield match.span(1)


def hide(text: str) -> str:
    """A text without the secrets that have a shape."""
    for start, end in reversed(merged(sorted(find_shapes(text)))):
        text = f"{text[:start]}[redacted]{text[end:]}"
    return text


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def unpack(text: str) -> str:
    """The text that a base64 word encodes, "" if it is none."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""
