"""What is not recorded: a secret that no rule knows, a secret in the test's own name, a body that nobody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from goldtape.canonical import scanner
from goldtape.canonical.pipeline import Pipeline
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Request, Response, Side, body_bytes
from goldtape.exchange.walk import pieces

# Bytes that hold no names: what can be read in them was looked at.
_PICTURES = ("image/", "font/", "audio/", "video/")
# Formats that are packed or binary, even if the bytes of one body happen to be a text.
_PACKED = re.compile(r"protobuf|grpc|msgpack|cbor|avro|bson|thrift|/zip|\+zip|x-tar|x-7z|pdf|officedocument")


class OpaqueBody(Exception):
    """A test was not recorded, because nothing can tell whether some of its bodies hold a secret."""

    def __init__(self, test: str, bodies: Sequence[tuple[str, str]]) -> None:
        types = ", ".join(dict.fromkeys(f'"{content_type or "/path/*"}"' for _, content_type in bodies))
        counted = "1 body" if len(bodies) == 1 else f"{len(bodies)} bodies"
        lines = [f"{test} was not recorded: {counted} cannot be read, and could hold a secret"]
        lines += [f"  {place}   {content_type or 'no content type'}" for place, content_type in bodies[:10]]
        lines.append(
            "next: if they may be kept as they are, say so in the table of their system in [tool.goldtape.systems]: "
            f"opaque = [{types}]; images, fonts, audio and video need no word"
        )
        super().__init__("\n".join(lines))


class SecretInName(Exception):
    """A test was not recorded, because its id, a case or the reason of a race holds a secret, and goldens show it."""

    def __init__(self, place: str, hidden: str) -> None:
        super().__init__(
            f"{place} holds a secret, and goldens would show it: {hidden}\n"
            "next: give the value another name; for a parameter: pytest.param(value, id=...)"
        )


def refuse(
    texts: Mapping[str, str],
    interactions: Sequence[Interaction],
    snapshots: Mapping[Path, bytes | None],
    pipeline: Pipeline,
) -> None:
    """Raise if a test must not be recorded.

    Args:
        texts: Place -> text of what stands above the exchanges; the first is the test's id.
        interactions: Those of the test, in canonical form.
        snapshots: The test's own snapshots.
        pipeline: The one that the interactions came through.

    Raises:
        SecretInName: One of the texts holds a secret.
        SecretFound: A string looks like a secret.
        OpaqueBody: A body cannot be read, and its system does not declare it.
    """
    for place, text in texts.items():
        if (shown := hidden(text, pipeline)) != text:
            raise SecretInName(place, shown)
    test, public = next(iter(texts.values())), pipeline.public()
    if findings := look(interactions, pipeline) + scanner.scan_snapshots(snapshots, public):
        raise scanner.SecretFound(test, findings)
    readable = _readable(interactions, pipeline.config)
    if bodies := [body for number, one in enumerate(readable, start=1) for body in _unreadable(number, one)]:
        raise OpaqueBody(test, bodies)


def hidden(text: str, pipeline: Pipeline) -> str:
    """A text beside the exchanges without its secret; "..." if it looks like one as a whole, itself if it has none."""
    without = pipeline.hide(text)
    return "..." if without == text and scanner.scan_texts({"": text}) else without


def look(interactions: Sequence[Interaction], pipeline: Pipeline) -> list[scanner.Finding]:
    """What looks like a secret in canonical interactions; in bodies that are declared opaque, by its form only."""
    found = scanner.scan(interactions, pipeline.public())
    certain = set(scanner.scan(_readable(interactions, pipeline.config), pipeline.public())) if found else ()
    return [one for one in found if one.kind != scanner.ENTROPY or one in certain]


def _readable(interactions: Sequence[Interaction], config: Config) -> list[Interaction]:
    return [_without_declared(one, config) for one in interactions]


def _without_declared(one: Interaction, config: Config) -> Interaction:
    """An interaction without the bodies that its system declares opaque."""
    declared, path = _declared(one.request.uri, config), urlsplit(one.request.uri).path
    if not declared:
        return one

    def without(side: Side) -> Side:
        media_type = _media_type(side.headers.get("content-type", ""))
        is_opaque = any(fnmatchcase(path if word.startswith("/") else media_type, word) for word in declared)
        return replace(side, body=None) if is_opaque else side

    return Interaction(without(one.request), without(one.response))


def _unreadable(number: int, one: Interaction) -> Iterator[tuple[str, str]]:
    """Place and media type of the bodies that cannot be read."""
    sides: dict[str, Request | Response] = {"sent": one.request, "received": one.response}
    for place, side in sides.items():
        for piece in pieces(side):
            media_type = _media_type(piece.content_type)
            unreadable = isinstance(piece.content, bytes) or _PACKED.search(media_type)
            if unreadable and not media_type.startswith(_PICTURES):
                size = len(piece.content if isinstance(piece.content, bytes) else body_bytes(piece.content))
                shown = f"{number}. {place}.{piece.name}" if piece.name else f"{number}. {place}"
                yield f"{shown} of {one.request.method} {urlsplit(one.request.uri).path} ({size} bytes)", media_type


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _declared(uri: str, config: Config) -> tuple[str, ...]:
    """The `opaque` of the system of a URI; for a foreign host that of all systems."""
    system = config.system_of(uri)
    return system.opaque if system else tuple(word for one in config.systems.values() for word in one.opaque)
