"""The secrets that a test has shown so far: the stand-in of each, and its removal from any other string.

A secret that the client sent becomes `[redacted]`. One that the server minted becomes `[redacted-1]`,
`[redacted-2]`, ... by first appearance: a replayed client can send it back, and two users stay two. A number becomes a
number, 999000000 for the client's own and 999000001, ... for minted ones, so that a changed type is still seen. What a
wider fixture showed first has its origin in its stand-in: `[redacted-login-1]`, or another thousand of numbers.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import Counter
from collections.abc import Container, Iterator
from urllib.parse import quote, quote_plus, unquote

from goldtape.canonical.secret_shapes import unpack

REDACTED = re.compile(r"(?:\[|%5B)redacted(?:(?:-[\w-]+)?-\d+)?(?:\]|%5D)", re.IGNORECASE)
_FIRST_NUMBER, _LAST_NUMBER = 999_000_000, 999_999_999
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
# A shorter secret is removed in its own place, but not in other strings: it could be any word.
_HUNTED_LENGTH = 6
# A shorter one, or one of letters only, is removed from other strings as a whole word, not as a part of one.
_TELLING_LENGTH = 8
# A text in another charset is bytes that are looked at as latin-1.
_CODECS = ("utf-8", "utf-16-le", "utf-16-be")
Secret = str | int | float


class Known:
    """Secrets with their stand-ins; `spared` are words that name secrets and are therefore none.

    All that are hunted are put into `met` too, for those who look after a test is over. `origin` is the wider fixture
    that shows the next ones, "" for the test itself.
    """

    def __init__(self, spared: Container[str] = (), met: set[str] | None = None) -> None:
        self._spared = spared
        self._met = set() if met is None else met
        self._stand_ins: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._hunted: dict[str, str] = {}
        self.origin = ""
        self._minted: Counter[str] = Counter()
        self._pattern: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._stand_ins)

    def __contains__(self, secret: str) -> bool:
        return secret in self._stand_ins

    def add(self, secret: Secret, *, minted: bool, hunted: bool = True) -> None:
        """Take in a secret; `minted` if a response showed it first, `hunted` if other strings are searched for it."""
        text = str(secret)
        if not text or REDACTED.search(text) or is_stand_in(secret):
            return
        if isinstance(secret, str) and text in self._hunted:  # another spelling of one that is known
            self._stand_ins.setdefault(text, self._hunted[text])
        if text not in self._stand_ins or (not isinstance(secret, str) and text not in self._numbers):
            stand_in, number = self._next(minted)
            if not isinstance(secret, str):
                self._numbers[text] = number
            self._stand_ins.setdefault(text, stand_in if isinstance(secret, str) else str(number))
        if hunted and text not in self._hunted and len(text) >= _HUNTED_LENGTH and text not in self._spared:
            self._met.add(text)
            for spelling in _spellings(text):
                self._hunted.setdefault(spelling, self._stand_ins[text])
            self._pattern = None

    def _next(self, minted: bool) -> tuple[str, int]:
        """The next stand-ins, as a text and as a number."""
        if not minted:
            return "[redacted]", _FIRST_NUMBER
        self._minted[self.origin] += 1
        number = self._minted[self.origin]
        thousand = 1000 * (1 + zlib.crc32(self.origin.encode()) % 999) if self.origin else 0
        return f"[{'-'.join(filter(None, ('redacted', self.origin, str(number))))}]", _FIRST_NUMBER + thousand + number

    def stand_in(self, secret: Secret) -> Secret:
        """What stands for a secret in its own place; of the same type as the secret, and itself for a stand-in."""
        if isinstance(secret, str):
            return secret if REDACTED.fullmatch(secret) else self._stand_ins.get(secret, "[redacted]")
        return secret if is_stand_in(secret) else type(secret)(self._numbers.get(str(secret), _FIRST_NUMBER))

    def clean(self, text: str) -> str:
        """A text without the secrets that are hunted, in any spelling."""
        if not self._hunted:
            return text
        pattern = self._compiled()
        cleaned = pattern.sub(lambda match: self._hunted[match.group()], text)
        return _BASE64.sub(self._clean_packed, cleaned)

    def clean_bytes(self, raw: bytes) -> bytes:
        """Bytes that are no text without the secrets that are hunted, in any charset."""
        for secret, stand_in in self._hunted.items():
            for codec in _CODECS:
                packed = secret.encode(codec, "surrogatepass")
                if packed in raw and len(secret) >= _TELLING_LENGTH:
                    raw = raw.replace(packed, stand_in.encode(codec))
        return raw

    def _compiled(self) -> re.Pattern[str]:
        if self._pattern is None:
            longest_first = sorted(self._hunted, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(_hunt, longest_first)))
        return self._pattern

    def _clean_packed(self, match: re.Match[str]) -> str:
        """Remove a base64 word in which a secret is encoded together with something else, such as a user's name."""
        found = self._compiled().search(unpack(match.group()))
        return self._hunted[found.group()] if found else match.group()


def is_stand_in(value: Secret) -> bool:
    """Whether a value stands for a secret already."""
    if isinstance(value, str):
        return bool(REDACTED.fullmatch(value))
    return _FIRST_NUMBER <= value <= _LAST_NUMBER


def _hunt(secret: str) -> str:
    if len(secret) >= _TELLING_LENGTH and not secret.isalpha():
        return re.escape(secret)
    return rf"(?<![\w-]){re.escape(secret)}(?![\w-])"


def _spellings(secret: str) -> Iterator[str]:
    """The secret itself, as a JSON string, percent-encoded, and in both base64 alphabets with and without padding."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret, safe="")
    yield quote_plus(secret)
    if (plain := unquote(secret)) != secret and len(plain) >= _HUNTED_LENGTH:
        yield plain
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(secret.encode("utf-8", "surrogatepass")).decode()
        yield encoded
        yield encoded.rstrip("=")
