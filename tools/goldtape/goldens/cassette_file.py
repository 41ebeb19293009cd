"""The cassette on disk: vcrpy's version 1 YAML, in a layout that is easy to read and gives a diff field by field.

The writer and the fast reader know one layout (`cassette_layout`). Any other file (edited by hand, or recorded by stock
vcrpy) is read as YAML, with the same result. JSON bodies are pretty-printed literal blocks with sorted keys. A body
above the limit is stored compressed, with the header `content-encoding: gzip`; HTTP clients decompress it by
themselves, so stock vcrpy can replay it too.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any

import yaml

from goldtape.exchange.body import read_body
from goldtape.exchange.interaction import Interaction, Request, Response, Side, body_bytes
from goldtape.goldens.cassette_layout import VERSION, RawRequest, dump_one, join, raw_request, raw_response, split
from goldtape.goldens.reading import UnreadableGolden, line_of, read_golden


@dataclass(frozen=True, slots=True)
class Stored:
    """A loaded cassette: one text for each interaction, parsed only on demand."""

    path: Path
    chunks: Sequence[str]
    afterwards: int = 0
    """The number of interactions, at the end, that the teardown of the test sent."""

    def __len__(self) -> int:
        return len(self.chunks)

    def request(self, index: int) -> RawRequest:
        """The request of an interaction, counted from 0."""
        return raw_request(self.chunks[index])

    def response(self, index: int) -> dict[str, Any]:
        """The response of an interaction as the dictionary that vcrpy plays."""
        return raw_response(self.chunks[index])

    def interaction(self, index: int) -> Interaction:
        """An interaction, parsed."""
        return _parse(self.request(index), self.response(index))

    def interactions(self) -> list[Interaction]:
        """Every interaction, parsed, in file order."""
        return [self.interaction(index) for index in range(len(self))]

    def line(self, index: int) -> int:
        """The first line of an interaction in the file, counted from 1."""
        return 2 + 2 * index + sum(map(str.count, self.chunks[:index], repeat("\n")))


def load(path: Path) -> Stored:
    """Read a cassette.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It is not a cassette, or its format is newer.
    """
    # A file in the layout has none of the faults that `read_golden` looks for.
    with suppress(UnicodeDecodeError):
        if (found := split(path.read_bytes().decode("utf-8"))) is not None:
            return Stored(path, *found)
    text = read_golden(path)
    if (found := split(text)) is None:
        interactions, afterwards = _load_yaml(path, text)
        found = split(dump(interactions, afterwards=afterwards))
        assert found is not None, "the writer's own layout is always readable"
    return Stored(path, *found)


def dump(interactions: Iterable[Interaction], body_limit: int | None = None, afterwards: int = 0) -> str:
    """The text of a cassette, with its interactions in the order in which identical requests get their answers.

    Bodies of more than `body_limit` bytes are compressed. The last `afterwards` interactions are of the teardown.
    """
    limited = (replace(one, request=_limited(one.request, body_limit)) for one in interactions)
    return join([dump_one(replace(one, response=_limited(one.response, body_limit))) for one in limited], afterwards)


def _limited(side: Side, limit: int | None) -> Side:
    if limit is None or isinstance(side.body, bytes) or len(raw := body_bytes(side.body)) <= limit:
        return side
    packed = gzip.compress(raw, compresslevel=9, mtime=0)
    headers = dict(sorted({**side.headers, "content-encoding": "gzip"}.items()))
    return replace(side, headers=headers, body=packed)


def _load_yaml(path: Path, text: str) -> tuple[list[Interaction], int]:
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        raise UnreadableGolden(path, line, f"not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise UnreadableGolden(path, 1, "not a cassette: it lacks a list of interactions")
    version = data.get("version")
    if version != VERSION:
        at = text.rfind("\nversion:") + 1
        what = (
            f"format version {version!r} is newer than what this goldtape reads; upgrade it"
            if isinstance(version, int) and version > VERSION
            else f"truncated, or not a cassette: version is {version!r}, expected {VERSION}"
        )
        raise UnreadableGolden(path, line_of(text, at), what)
    found = []
    for number, row in enumerate(data["interactions"], start=1):
        try:
            sent = row["request"]
            request = RawRequest(sent["method"], sent["uri"], _joined(sent["headers"]), _encoded(sent["body"]))
            found.append(_parse(request, row["response"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            starts = [1, *(line_of(text, match.start()) for match in re.finditer(r"^- ", text, re.MULTILINE))]
            line = starts[number] if number < len(starts) else 1
            raise UnreadableGolden(path, line, f"interaction {number} lacks a part: {error}") from error
    metadata = data.get("metadata")
    afterwards = metadata.get("afterwards", 0) if isinstance(metadata, dict) else 0
    if type(afterwards) is not int or not 0 <= afterwards <= len(found):
        at = text.rfind("afterwards:")
        raise UnreadableGolden(path, line_of(text, at), f"{afterwards!r} interactions afterwards, of {len(found)}")
    return found, afterwards


def _parse(request: RawRequest, response: Mapping[str, Any]) -> Interaction:
    body, headers = read_body(request.body, request.headers)
    answer, received = read_body(_encoded(response["body"]["string"]), _joined(response["headers"]))
    status = response["status"]
    return Interaction(
        Request(request.method, request.uri, headers, body),
        Response(int(status["code"]), status["message"] or "", received, answer),
    )


def _encoded(raw: str | bytes | None) -> bytes | None:
    return raw.encode() if isinstance(raw, str) else raw


def _joined(headers: Mapping[str, Any]) -> dict[str, str]:
    listed = ((name, values if isinstance(values, list) else [values]) for name, values in headers.items())
    return {name.lower(): ", ".join(map(str, values)) for name, values in listed}
