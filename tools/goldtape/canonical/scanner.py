"""The last check before goldens are written: detect-secrets looks for secrets that no rule has redacted.

Its detectors see every string. They know a credential by its form (keys of cloud providers, private keys, tokens of
well-known services, user info in URLs) or by the entropy of a base64 text. Hexadecimal entropy is not used, because
digests and UUIDs are not secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.exchange.runs import read_runs
from goldtape.exchange.walk import UUID, body_leaves, leaves

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Detectors that fire on harmless values of most recordings: hexadecimal ids, addresses, any field called "key".
_TOO_EAGER = frozenset({"Hex High Entropy String", "Public IP (ipv4)", "Secret Keyword"})
ENTROPY = "Base64 High Entropy String"
"""The kind of a word that has no form of a credential, but looks random: packed bytes are full of these."""

_WORTH_A_LOOK = re.compile(r"\S{16}|-----BEGIN|://")
# Detectors of entropy look at a quoted word; in a sentence each word is looked at as if it were quoted.
_LONG_WORD = re.compile(r"[\w+/=-]{16,}")
_HARMLESS = re.compile(rf"{UUID}|\[redacted(-[\w-]+)?\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """A string that looks like a secret: the kind of secret, and the place of the string ("3. received.note")."""

    kind: str
    place: str


class SecretFound(Exception):
    """A test was not recorded, because some of its strings look like secrets."""

    def __init__(self, test: str, findings: list[Finding]) -> None:
        self.findings = findings
        lines = [f"{test} was not recorded: {len(findings)} value(s) look like secrets"]
        lines += [f"  {one.place}   {one.kind}" for one in findings[:10]]
        lines.append(
            "next: name the field under `secrets` of its system in [tool.goldtape.systems], so that it is redacted; "
            "if it is harmless, name it under `public`"
        )
        super().__init__("\n".join(lines))


def scan(interactions: Iterable[Interaction], public: Iterable[str] = ()) -> list[Finding]:
    """Look at every string of canonical interactions, except under the harmless names `public`.

    Returns:
        One finding for each string and kind, in order; never the value itself.
    """
    numbered = enumerate(map(_strings, interactions), start=1)
    found = ((f"{number}. {place}", name, value) for number, strings in numbered for place, name, value in strings)
    return list(_findings(found, frozenset(public)))


def scan_texts(texts: Mapping[str, str]) -> list[Finding]:
    """Look at texts beside the exchanges, by their place: a test's id, the reason of a race."""
    return list(_findings(((place, "", text) for place, text in texts.items()), frozenset()))


def scan_snapshots(contents: Mapping[Path, bytes | None], public: Iterable[str] = ()) -> list[Finding]:
    """Look at every string of the snapshots that a test compares itself; as `scan`, but places begin with a file."""
    found = (
        (f"{path.name} {name}".rstrip(), name, value)
        for path, content in contents.items()
        if content is not None
        for name, value in leaves(Json(json.loads(content)))
        if isinstance(value, str)
    )
    return list(_findings(found, frozenset(public)))


def _findings(strings: Iterable[tuple[str, str, str]], spared: frozenset[str]) -> Iterator[Finding]:
    for place, name, value in strings:
        if name not in spared and _WORTH_A_LOOK.search(value):
            for kind in kinds_of(name, _HARMLESS.sub("", value)):
                # The name of a value can be a secret too; then the place is shown without it.
                yield Finding(kind, place.replace(name, "…") if name and kinds_of("", name) else place)


@cache
def kinds_of(name: str, value: str) -> tuple[str, ...]:
    """The kinds of secrets that a string under a name looks like, as detect-secrets calls them."""
    words = [word for word in _LONG_WORD.findall(value) if word != value]
    lines = [f'{name}: "{text}"' for text in (value, *words)]
    found = (one.analyze_line(filename="", line=line, line_number=0) for one in _detectors() for line in lines)
    return tuple(sorted({secret.type for secrets in found for secret in secrets}))


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    # Imported here, because a replay scans nothing and detect-secrets is slow to import.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    found: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return tuple(found[kind]() for kind in sorted(found) if kind not in _TOO_EAGER)


def _strings(one: Interaction) -> Iterator[tuple[str, str, str]]:
    yield "request", "uri", one.request.uri
    sides: dict[str, Request | Response] = {"sent": one.request, "received": one.response}
    for place, side in sides.items():
        for name, value in side.headers.items():
            yield f"{place} header {name}", name, value
        for name, value in body_leaves(side):
            for text in read_runs(value) if isinstance(value, bytes) else [value]:
                if isinstance(text, str):
                    yield f"{place}.{name}" if name else place, name, text
