"""The cassette on disk: vcrpy's version 1 YAML, in a layout that is easy to read and gives a diff field by field.

The writer and the fast reader know one layout (`cassette_layout`). Any other file (edited by hand, or recorded by stock
vcrpy) is read as YAML, with the same result. JSON bodies are pretty-printed literal blocks with sorted keys. A body
above the limit is stored compressed, with the header `content-encoding: gzip`; HTTP clients decompress it by
themselves, so stock vcrpy can replay it too.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from goldtape.exchange.body import read_body
from goldtape.exchange.interaction import Interaction, Request, Response, Side, body_bytes
from goldtape.goldens.cassette_layout import RawRequest, dump_one, join, raw_request, raw_response, split
from goldtape.goldens.cassette_yaml import read_yaml
from goldtape.goldens.reading import UnreadableGolden, decoded, read_raw


@dataclass(frozen=True, slots=True)
class Stored:
    """A loaded cassette: one text for each interaction, parsed only on demand."""

    path: Path
    chunks: Sequence[str]
    afterwards: int = 0
    """The number of interactions, at the end, that the teardown of the test sent."""
    starts: Sequence[int] = ()
    """The first line of each interaction, if the file is in another layout than the chunks."""

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

    def line(self, index: int, within: int = 0) -> int:
        """The line of an interaction in the file, counted from 1; `within` its chunk, if the file has the layout."""
        if self.starts:
            return self.starts[index]
        return within + 2 + 2 * index + sum(map(str.count, self.chunks[:index], repeat("\n")))


def load(path: Path) -> Stored:
    """Read a cassette.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It cannot be read, is not a cassette, or its format is newer.
    """
    raw = read_raw(path)
    # A file in the layout has none of the faults that `decoded` looks for.
    with suppress(UnicodeDecodeError):
        if (found := split(raw.decode("utf-8"))) is not None:
            return _refuse_odd(Stored(path, *found))
    interactions, afterwards, starts = _load_yaml(path, decoded(path, raw))
    found = split(dump(interactions, afterwards=afterwards))
    assert found is not None, "the writer's own layout is always readable"
    return Stored(path, *found, starts)


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


# What the layout leaves open: bytes in base64, a URI with any characters, half of a surrogate pair.
_ODD_SIGNS = ("!!binary", '\n    uri: "', "\\ud")


def _refuse_odd(stored: Stored) -> Stored:
    """The cassette itself, if the parts can be read for which the layout does not vouch."""
    for index, chunk in enumerate(stored.chunks):
        if any(sign in chunk for sign in _ODD_SIGNS):
            try:
                urlsplit(stored.request(index).uri)
                stored.response(index)
            except ValueError as error:
                raise UnreadableGolden(stored.path, stored.line(index), f"interaction {index + 1}: {error}") from error
    return stored


def _load_yaml(path: Path, text: str) -> tuple[list[Interaction], int, list[int]]:
    rows, afterwards = read_yaml(path, text)
    return [_parse(row.request, row.response) for row in rows], afterwards, [row.line for row in rows]


def _parse(request: RawRequest, response: Mapping[str, Any]) -> Interaction:
    body, headers = read_body(request.body, request.headers)
    joined = {name: ", ".join(values) for name, values in response["headers"].items()}
    answer, received = read_body(response["body"]["string"], joined)
    status = response["status"]
    return Interaction(
        Request(request.method, request.uri, headers, body),
        Response(status["code"], status["message"], received, answer, response.get("answered", True)),
    )
