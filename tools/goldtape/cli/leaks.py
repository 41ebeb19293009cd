"""The secrets in goldens, however they came there: in cassettes, in snapshots, in the names of files and tests.

A leak is a place, "file:line: ...", and what was found there; never the value itself. Each golden is looked at as at
the end of a recording: what would be redacted today, and what the scanner takes for a secret.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote

from goldtape.canonical import refusal, scanner
from goldtape.canonical.pipeline import Pipeline
from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.goldens import cassette_layout, snapshot_layout
from goldtape.goldens.cassette_file import Stored

Leak = tuple[str, str]
REDACTED_TODAY = "a field that is redacted today"


def in_cassette(shown: str, stored: Stored, pipeline: Pipeline) -> Iterator[Leak]:
    """The leaks of a cassette; `shown` is its name in messages."""
    interactions, seen = stored.interactions(), Counter[tuple[int, str]]()
    for found in refusal.look(interactions, pipeline):
        index = int(found.place.partition(".")[0]) - 1
        within = _line_of(found.kind, stored.chunks[index].split("\n"), seen[index, found.kind])
        seen[index, found.kind] += 1
        yield f"{shown}:{stored.line(index, within)}: {found.place}", found.kind
    redacted = pipeline.redactor().redact(interactions)
    for index, (before, after) in enumerate(zip(interactions, redacted, strict=True)):
        if before != after:
            within = _first_change(stored.chunks[index], *map(cassette_layout.dump_one, (before, after)))
            yield f"{shown}:{stored.line(index, within)}: {index + 1}.", REDACTED_TODAY


def in_snapshot(shown: str, text: str, pipeline: Pipeline) -> Iterator[Leak]:
    """The leaks of a snapshot, its heading included; `text` is JSON."""
    before, seen = json.loads(text), Counter[str]()
    for found in scanner.scan_snapshots({Path(shown): text.encode()}, pipeline.public()):
        line = 1 + _line_of(found.kind, text.split("\n"), seen[found.kind])
        seen[found.kind] += 1
        yield f"{shown}:{line}: {found.place.partition(' ')[2]}".rstrip(": "), found.kind
    own = Interaction(Request("GET", "", {}), Response(200, "", {}, Json(before)))
    [redacted] = pipeline.redactor().redact([own])
    if redacted != own and isinstance(redacted.response.body, Json):
        written = [snapshot_layout.text(value) for value in (before, redacted.response.body.value)]
        yield f"{shown}:{1 + _first_change(text, *written)}", REDACTED_TODAY


def in_names(files: Iterable[Path], tests: Iterable[tuple[str, int]], pipeline: Pipeline) -> Iterator[Leak]:
    """The leaks of the names of goldens, and of tests: id -> line."""
    for file in files:
        if (name := unquote(file.stem)) != (hidden := refusal.hidden(name, pipeline)):
            yield f"{file.parent.as_posix()}/{hidden}{file.suffix}:1", "a secret in the name of the file"
    for nodeid, line in tests:
        if (hidden := refusal.hidden(nodeid, pipeline)) != nodeid:
            yield f"{nodeid.partition('::')[0]}:{line}: {hidden}", "a secret in the test's id"


def _line_of(kind: str, lines: Sequence[str], number: int) -> int:
    """The line, counted from 0, of a finding of this kind, `number` of which came before; 0 if that cannot be told."""
    found = [at for at, line in enumerate(lines) if kind in scanner.kinds_of("", line.strip().strip('",'))]
    return found[min(number, len(found) - 1)] if found else 0


def _first_change(text: str, before: str, after: str) -> int:
    """The first line, counted from 0, that is redacted; 0 if the text does not have the layout of `before`."""
    if text != before:
        return 0
    pairs = zip_longest(before.split("\n"), after.split("\n"))
    return next((at for at, (one, other) in enumerate(pairs) if one != other), 0)
