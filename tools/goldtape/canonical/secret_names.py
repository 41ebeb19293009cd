"""The names of secrets: one table, and a quick check of texts that is derived from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"}
)
"""Headers whose values are secret, names in lower case."""

# Only letters and digits of a name count: `api_key`, `apiKey` and `Api-Key` are one. True: also names that end so.
_TABLE = {
    **dict.fromkeys(("password", "passwd", "secret", "token", "apikey", "accesskey", "privatekey", "signature"), True),
    **dict.fromkeys(("passwords", "secrets", "apikeys", "accesstokens", "refreshtokens"), False),
    **dict.fromkeys(("pwd", "passphrase", "credential", "credentials", "authorization", "cookie", "sessionid"), False),
    **dict.fromkeys(("connectionstring", "accountkey", "sharedaccesssignature", "sastoken", "sig"), False),
    **dict.fromkeys(("jwt", "bearer"), False),
}
_ENDINGS = tuple(name for name, ends in _TABLE.items() if ends)


class SecretNames:
    """The names that are secret in one project: those of the table and of `secrets`, but not those of `public`."""

    def __init__(self, secrets: Iterable[str] = (), public: Iterable[str] = ()) -> None:
        self._names = frozenset(_TABLE).union(map(_plain, secrets))
        self._spared = frozenset(map(_plain, public))
        # Characters that do not count can be anywhere between the letters of a name.
        spelled = ("[^a-z0-9]*".join(name) for name in sorted(self._names) if name)
        self._hint = re.compile("|".join(spelled), re.IGNORECASE)
        self._known = lru_cache(maxsize=4096)(self._is_secret)

    def __contains__(self, name: str) -> bool:
        """Whether a value under this field, parameter or header name is a secret."""
        return self._known(name)

    def may_be_in(self, text: str) -> bool:
        """A quick look: False only if no name in this text is the name of a secret."""
        return bool(self._hint.search(text))

    def _is_secret(self, name: str) -> bool:
        plain = _plain(name)
        return plain not in self._spared and (plain in self._names or plain.endswith(_ENDINGS))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
