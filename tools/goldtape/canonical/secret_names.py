"""Which names are those of secrets: one table, and the quick check of a text that is derived from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"}
)
"""Request and response headers whose values are secret, names in lower case."""

# A name counts by its letters and digits: `api_key`, `apiKey` and `X-Api-Key` are one. True: also as the end of a name.
_TABLE = {
    **dict.fromkeys(("password", "passwd", "secret", "token", "apikey", "accesskey", "privatekey", "signature"), True),
    **dict.fromkeys(("passwords", "secrets", "apikeys", "accesstokens", "refreshtokens"), False),
    **dict.fromkeys(("pwd", "passphrase", "credential", "credentials", "authorization", "cookie", "sessionid"), False),
    **dict.fromkeys(("connectionstring", "accountkey", "sharedaccesssignature", "sastoken", "sig"), False),
    **dict.fromkeys(("jwt", "bearer"), False),
}
_ENDINGS = tuple(name for name, ends in _TABLE.items() if ends)


class SecretNames:
    """The names that are secret in one project.

    Args:
        secrets: Further names.
        public: Names that the table takes for secret, but are not.
    """

    def __init__(self, secrets: Iterable[str] = (), public: Iterable[str] = ()) -> None:
        self._names = frozenset(_TABLE).union(map(_plain, secrets))
        self._spared = frozenset(map(_plain, public))
        # Between the letters of a name can be anything that does not count.
        spelled = ("[^a-z0-9]*".join(name) for name in sorted(self._names) if name)
        self._hint = re.compile("|".join(spelled), re.IGNORECASE)
        self._known = lru_cache(maxsize=4096)(self._is_secret)

    def __contains__(self, name: str) -> bool:
        """Whether a value under this field, parameter or header name is a secret."""
        return self._known(name)

    def may_be_in(self, text: str) -> bool:
        """A quick look: False only if no name in this text is one of a secret."""
        return bool(self._hint.search(text))

    def _is_secret(self, name: str) -> bool:
        plain = _plain(name)
        return plain not in self._spared and (plain in self._names or plain.endswith(_ENDINGS))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
