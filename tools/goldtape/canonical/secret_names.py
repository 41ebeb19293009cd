"""The names of secrets: one table of terms, and a quick check of texts that is derived from it.

A name is compared by its words: `api_key`, `apiKey`, `x-api-keys` and `API.KEY.2` hold the same term. As in English,
the last word says what a value is: a `token_type` is a type, a `client_secret_expires_at` an instant, and neither is a
secret; a `password_hash` is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"}
)
"""Headers whose values are secret, names in lower case."""

_ANYWHERE = """
    password passwd passphrase passcode passwort kennwort secret credential connectionstring privatekey apikey accesskey
    accountkey authkey signingkey encryptionkey decryptionkey masterkey sharedkey storagekey sessionkey subscriptionkey
    functionskey licensekey consumerkey serverkey rootkey recoverycode backupcode verificationcode authorizationcode
    authcode mfacode twofactorcode securitycode accesscode resetcode logincode smscode devicecode recoverykey seedphrase
    securityanswer codeverifier samlresponse samlassertion sharedaccesssignature sessionid sessid secretid accesskeyid
    csrf xsrf
"""
_ENDING = "token signature pwd credential apitoken jsessionid cookie"
_WORD = "pin otp totp pw jwt bearer psk cvv cvc hmac mnemonic mfa pwd token"
_LAST = "authorization sig pass"
_WHOLE = "refresh auth"

_TABLE: dict[str, str] = {
    **dict.fromkeys(_WHOLE.split(), "whole"),
    **dict.fromkeys(_LAST.split(), "last"),
    **dict.fromkeys(_WORD.split(), "word"),
    **dict.fromkeys(_ENDING.split(), "ending"),
    **dict.fromkeys(_ANYWHERE.split(), "anywhere"),
}
"""Term -> where it makes a name secret: as the whole name, its last word, any word, the end of a word, or anywhere."""

_PRESENT: dict[str, Callable[[str, Sequence[str]], bool]] = {
    "whole": lambda term, words: "".join(words) == term,
    "last": lambda term, words: words[-1] == term,
    "word": lambda term, words: term in words,
    "ending": lambda term, words: any(word.endswith(term) for word in words) or "".join(words).endswith(term),
    "anywhere": lambda term, words: term in "".join(words),
}
# A name that ends so is about a secret, and tells none.
_ABOUT = """
    type types at in on by until expires expiry expiration expired ttl lifetime age duration count counts limit limits
    length size min max name names label labels title description status state enabled disabled required valid invalid
    verified version policy policies rules strength url uri endpoint endpoints location path used usage budget cost
    price window remaining index offset position format algorithm alg method methods kind class issuer audience scope
    scopes field column header provider exists set present changed matches id ids user username email login account
    owner role roles secretary scheme flows ref pattern number date time timestamp created updated modified
    supported consent message error errors
"""
_HARMLESS = frozenset(_ABOUT.split())
# Before "tokens" these count pieces of text, as language models do.
_BEFORE_TOKENS = """
    max min total prompt completion input output num number count used cached cache reasoning remaining generated
    audio text image accepted rejected billed context thinking
"""
_COUNTING = tuple(_BEFORE_TOKENS.split())
# Name and value in a text have one of these between them, or below them.
_PAIRED = re.compile(r"[=:<\s]")
# Characters that do not count can be anywhere between the letters of a name.
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class SecretNames:
    """The names that are secret in one project: those of the table and of `secrets`, but not those of `public`."""

    def __init__(self, secrets: Iterable[str] = (), public: Iterable[str] = ()) -> None:
        self._added = frozenset(filter(None, map(_plain, secrets)))
        self._public = frozenset(map(_plain, public))
        self._hint = re.compile("|".join(sorted({*_TABLE, *self._added})))
        self._known = lru_cache(maxsize=4096)(self._is_secret)

    @classmethod
    @lru_cache
    def of(cls, secrets: Sequence[str], public: Sequence[str]) -> SecretNames:
        """The names of a project; all tests of a run ask the same ones, so what they were told is kept."""
        return cls(secrets, public)

    def __contains__(self, name: object) -> bool:
        """Whether a value under this field, parameter or header name is a secret."""
        return isinstance(name, str) and self._known(name)

    def spare(self, name: str) -> bool:
        """Whether the project declares that what stands under this name is harmless, whatever it looks like."""
        return bool(self._public) and _plain(name) in self._public

    def may_be_in(self, text: str) -> bool:
        """A quick look: False only if no name in this text is the name of a secret that has a value there."""
        return bool(_PAIRED.search(text)) and bool(self._hint.search(_plain(text)))

    def _is_secret(self, name: str) -> bool:
        plain = _plain(name)
        if plain in self._added or plain in self._public:
            return plain not in self._public
        words = [_singular(word) for word in _words(name) if not word.isdigit()]
        if not words or ("tokens" in plain and (plain.startswith(_COUNTING) or _counts(name))):
            return False
        joined = "".join(words)
        if not any(joined.endswith(term) for term in _TABLE) and is_harmless(name):
            return False
        return any(_PRESENT[where](term, words) for term, where in _TABLE.items())


def is_harmless(name: str) -> bool:
    """Whether the last word of a name says that the value is about a secret and is none: an instant, a type."""
    words = [word for word in _words(name) if not word.isdigit()]
    return bool(words) and words[-1] in _HARMLESS


def may_count(name: str) -> bool:
    """Whether a number under this name is none of a secret: a count of `tokens`, the seconds of a `refresh`."""
    return name[-1:] in "sS" or name.lower() == "refresh"


def _counts(name: str) -> bool:
    return any(word in _COUNTING for word in _words(name))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


def _plain(name: str) -> str:
    return _NOT_PLAIN.sub("", name.lower())
