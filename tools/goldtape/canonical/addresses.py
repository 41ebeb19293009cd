"""Replace the texts that differ in every live run: the addresses of services, and unique values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from goldtape.exchange.interaction import Interaction
from goldtape.exchange.walk import change_interaction

_NO_NAME = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Substitution:
    """A text of this live run, and the text that goldens have in its place."""

    live: str
    canonical: str


def substitutions_for(live: str, canonical: str) -> list[Substitution]:
    """The substitutions of a deployment's base URL and host by the canonical ones, longest first."""
    base, host, own = live.rstrip("/"), urlsplit(live).netloc, urlsplit(canonical).netloc
    # The name of a cookie can hold the host, but no dots and colons.
    in_names = Substitution(_NO_NAME.sub("-", host), _NO_NAME.sub("-", own))
    return [Substitution(base, canonical), Substitution(host, own), in_names]


def substitute(one: Interaction, pairs: Sequence[Substitution]) -> Interaction:
    """Replace the live texts in every string of an interaction; of two that overlap, the longer one."""
    if not pairs:
        return one
    text = substituting(pairs)

    def change(_: str, value: Any) -> Any:
        return text(value) if isinstance(value, str) else value

    # The base URL of a deployment can have a path, so a URI is changed as a whole.
    return change_interaction(one, change, uri=text)


def substituting(pairs: Sequence[Substitution]) -> Callable[[str], str]:
    """The function that replaces the live texts in a string, as `substitute` does."""
    # In a URI, the text can be percent-encoded.
    quoted = [Substitution(quote(pair.live, safe=""), quote(pair.canonical, safe="")) for pair in pairs]
    ordered = sorted({*pairs, *quoted}, key=lambda pair: (-len(pair.live), pair.live))

    def change(text: str) -> str:
        for pair in ordered:
            text = text.replace(pair.live, pair.canonical)
        return text

    return change
