"""The last gate before the disk: secrets that no rule knew about, found by detect-secrets.

Every string that is about to be written goes through the detectors that recognise a credential by its form (keys of
cloud providers, private keys, tokens of well-known services, user info in URLs) and through the
entropy of base64 strings. Digests and UUIDs are no secrets, so hexadecimal entropy is not asked about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import leaves

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Secret types that fire on what a recording is full of: hexadecimal ids, addresses, and any field called "key".
_TOO_EAGER = frozenset({"Hex High Entropy String", "Public IP (ipv4)", "Secret Keyword"})
_WORTH_A_LOOK = re.compile(r"\S{16}|-----BEGIN|://")
_UUIDS = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\[redacted(-\d+)?\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """A string that looks like a secret: the kind, and where it stands ("3. received.note")."""

    kind: str
    place: str


class SecretFound(Exception):
    """Nothing was written, because something about to be written looks like a secret."""

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
    """Look at every string of canonical interactions.

    Args:
        interactions: What is about to be written.
        public: Field names whose values are declared harmless.

    Returns:
        One finding a string and kind, in order; never the value itself.
    """
    found = (
        (f"{number}. {place}", name, value)
        for number, one in enumerate(interactions, start=1)
        for place, name, value in _strings(one)
    )
    return list(_findings(found, frozenset(public)))


def scan_snapshots(contents: Mapping[Path, bytes | None], public: Iterable[str] = ()) -> list[Finding]:
    """Look at every string of the snapshots that a test compares itself; findings as in `scan`, by file name."""
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
            for kind in kinds_of(name, _UUIDS.sub("", value)):
                # The key that a value stands under can be a secret itself; then the place is told without it.
                yield Finding(kind, place.replace(name, "…") if name and kinds_of("", name) else place)


@cache
def kinds_of(name: str, value: str) -> tuple[str, ...]:
    """What a string under a name looks like, as detect-secrets calls it; usually nothing."""
    line = f'{name}: "{value}"'
    return tuple(
        sorted(
            {
                secret.type
                for detector in _detectors()
                for secret in detector.analyze_line(filename="", line=line, line_number=0)
            }
        )
    )


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    # Here, because a replay scans nothing and detect-secrets is slow to import.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    found: Mapping[str, type[BasePlugin]] = get_mapping_from_secret_type_to_class()
    return tuple(found[kind]() for kind in sorted(found) if kind not in _TOO_EAGER)


def _strings(one: Interaction) -> Iterator[tuple[str, str, str]]:
    yield "request", "uri", one.request.uri
    sides: list[tuple[str, str, Any]] = [
        ("sent", "sent", one.request),
        ("received", "received", one.response),
    ]
    for place, word, side in sides:
        for name, value in side.headers.items():
            yield f"{word} header {name}", name, value
        for name, value in leaves(side.body):
            if isinstance(value, str):
                yield f"{place}.{name}" if name else place, name, value
