"""The cassette on disk: vcrpy's version 1 YAML, laid out so that a person reads it and a diff is by field.

The writer knows one layout (`layout`), and so does the fast reader; a file in any other (edited by hand, or recorded by
stock vcrpy) goes through YAML and comes out the same. JSON bodies stand as pretty-printed literal blocks with sorted
keys. A body above the limit is stored gzip-encoded under `content-encoding: gzip`, which HTTP clients undo by
themselves, so stock vcrpy replays it too.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar

import yaml

from goldtape.exchange.body import read_body
from goldtape.exchange.interaction import Interaction, Request, Response, body_bytes
from goldtape.goldens.cassette_layout import VERSION, RawRequest, dump_one, join, raw_request, raw_response, split
from goldtape.goldens.reading import UnreadableGolden, line_of, read_golden

Side = TypeVar("Side", Request, Response)


@dataclass(frozen=True, slots=True)
class Stored:
    """A loaded cassette: one text an interaction, taken apart only when it is asked for."""

    path: Path
    chunks: Sequence[str]

    def __len__(self) -> int:
        return len(self.chunks)

    def request(self, index: int) -> RawRequest:
        """The request of an interaction, counted from 0."""
        return raw_request(self.chunks[index])

    def response(self, index: int) -> dict[str, Any]:
        """The response of an interaction in the form that vcrpy's stubs play."""
        return raw_response(self.chunks[index])

    def interaction(self, index: int) -> Interaction:
        """An interaction, parsed."""
        raw, response = self.request(index), self.response(index)
        body, headers = read_body(raw.body, dict(raw.headers))
        request = Request(raw.method, raw.uri, headers, body)
        received = {name: ", ".join(values) for name, values in response["headers"].items()}
        body, received = read_body(response["body"]["string"], received)
        status = response["status"]
        return Interaction(request, Response(status["code"], status["message"], received, body))

    def interactions(self) -> list[Interaction]:
        """Every interaction, parsed, in file order."""
        return [self.interaction(index) for index in range(len(self))]

    def line(self, index: int) -> int:
        """The line of the file, counted from 1, at which an interaction begins."""
        return 2 + 2 * index + sum(map(str.count, self.chunks[:index], repeat("\n")))


def load(path: Path) -> Stored:
    """Read a cassette.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It is no cassette, or one of a newer format.
    """
    # No line of the layout looks like a conflict marker, so a file in it has passed the checks of `read_golden`.
    with suppress(UnicodeDecodeError):
        if (chunks := split(path.read_bytes().decode("utf-8"))) is not None:
            return Stored(path, chunks)
    text = read_golden(path)
    chunks = split(text)
    if chunks is None:
        chunks = split(dump(_load_yaml(path, text), body_limit=None))
        assert chunks is not None, "the writer's own layout is always readable"
    return Stored(path, chunks)


def dump(interactions: Iterable[Interaction], body_limit: int | None) -> str:
    """The text of a cassette.

    Args:
        interactions: In the order in which identical requests are to be answered.
        body_limit: Larger bodies, in bytes, are compressed; None compresses none.
    """
    return join([dump_one(_compress(one, body_limit)) for one in interactions])


def _compress(one: Interaction, limit: int | None) -> Interaction:
    if limit is None:
        return one
    return Interaction(_compress_side(one.request, limit), _compress_side(one.response, limit))


def _compress_side(side: Side, limit: int) -> Side:
    raw = body_bytes(side.body)
    if len(raw) <= limit or isinstance(side.body, bytes):
        return side
    packed = gzip.compress(raw, compresslevel=9, mtime=0)
    headers = dict(sorted({**side.headers, "content-encoding": "gzip"}.items()))
    return replace(side, headers=headers, body=packed)


def _load_yaml(path: Path, text: str) -> list[Interaction]:
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        raise UnreadableGolden(path, line, f"not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise UnreadableGolden(path, 1, "no cassette: it lacks a list of interactions")
    version = data.get("version")
    if version != VERSION:
        at = text.rfind("\nversion:") + 1
        what = (
            f"format version {version!r} is newer than what this goldtape reads; upgrade it"
            if isinstance(version, int) and version > VERSION
            else f"truncated, or no cassette: version is {version!r}, expected {VERSION}"
        )
        raise UnreadableGolden(path, line_of(text, at), what)
    found = []
    for number, row in enumerate(data["interactions"], start=1):
        try:
            found.append(_from_dict(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            line = _line_of_interaction(text, number)
            raise UnreadableGolden(path, line, f"interaction {number} lacks a part: {error}") from error
    return found


def _from_dict(row: Mapping[str, Any]) -> Interaction:
    request, response = row["request"], row["response"]
    headers = {name.lower(): ", ".join(_listed(values)) for name, values in request["headers"].items()}
    body, headers = read_body(_encoded(request["body"]), headers)
    received = {name.lower(): ", ".join(_listed(values)) for name, values in response["headers"].items()}
    answer, received = read_body(_encoded(response["body"]["string"]), received)
    status = response["status"]
    return Interaction(
        Request(request["method"], request["uri"], headers, body),
        Response(int(status["code"]), status["message"] or "", received, answer),
    )


def _encoded(raw: str | bytes | None) -> bytes | None:
    return raw.encode() if isinstance(raw, str) else raw


def _listed(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else [str(values)]


def _line_of_interaction(text: str, number: int) -> int:
    starts = [match.start() for match in re.finditer(r"^- ", text, re.MULTILINE)]
    return line_of(text, starts[number - 1]) if number <= len(starts) else 1
