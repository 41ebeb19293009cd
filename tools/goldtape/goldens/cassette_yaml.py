"""A cassette by other hands: any YAML of vcrpy's version 1, with each part checked for its type before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from goldtape.exchange.interaction import NO_ANSWER, UNANSWERED
from goldtape.goldens.cassette_layout import VERSION, RawRequest
from goldtape.goldens.reading import DEEP, MAX_DEPTH, UnreadableGolden, line_of

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # its base is chosen when it is imported
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise yaml.MarkedYAMLError(problem=f"{min(twice)!r} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


class Row(NamedTuple):
    """An interaction: its request, its response as the dictionary that vcrpy plays, its first line counted from 1."""

    request: RawRequest
    response: dict[str, Any]
    line: int


def read_yaml(path: Path, text: str) -> tuple[list[Row], int]:
    """The interactions of a cassette.

    Beside them stands the number of those, at the end, that the teardown of the test sent.

    Raises:
        UnreadableGolden: It is not YAML, not a cassette, lacks a part, or its format is newer.
    """
    root, data = _parsed(path, text)
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise UnreadableGolden(path, 1, "not a cassette: it lacks a list of interactions")
    _check_version(data.get("version"), path, text)
    nodes = next(node.value for key, node in root.value if key.value == "interactions")
    found: list[Row] = []
    for number, (node, row) in enumerate(zip(nodes, data["interactions"], strict=True), start=1):
        line = node.start_mark.line + 1
        try:
            found.append(Row(_request(row), _response(row), line))
        except ValueError as error:
            raise UnreadableGolden(path, line, f"interaction {number}: {error}") from error
    metadata = data.get("metadata")
    afterwards = metadata.get("afterwards", 0) if isinstance(metadata, dict) else 0
    if type(afterwards) is not int or not 0 <= afterwards <= len(found):
        at = line_of(text, text.rfind("afterwards:"))
        raise UnreadableGolden(path, at, f"{afterwards!r} interactions afterwards, of {len(found)}")
    return found, afterwards


def _parsed(path: Path, text: str) -> tuple[yaml.Node, Any]:
    try:
        _refuse_deep(path, text)
        loader = _Loader(text)
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except UnreadableGolden:
        raise
    except Exception as error:  # PyYAML lets through whatever a conversion raises: `!!bool x` is a KeyError
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        raise UnreadableGolden(path, line, f"not YAML: {getattr(error, 'problem', None) or error}") from error


def _refuse_deep(path: Path, text: str) -> None:
    """libyaml makes lists and objects by recursion, and a deep one ends the process; events come one by one."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                assert event.start_mark, "every event of a text has a place in it"
                raise UnreadableGolden(path, event.start_mark.line + 1, DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_version(version: Any, path: Path, text: str) -> None:
    if version == VERSION:
        return
    what = (
        f"format version {version!r} is newer than what this goldtape reads; upgrade it"
        if isinstance(version, int) and version > VERSION
        else f"truncated, or not a cassette: version is {version!r}, expected {VERSION}"
    )
    raise UnreadableGolden(path, line_of(text, text.rfind("\nversion:") + 1), what)


def _request(row: Any) -> RawRequest:
    sent = _part(row, "request", dict)
    uri = _part(sent, "uri", str)
    urlsplit(uri)  # a ValueError if it is none
    return RawRequest(_part(sent, "method", str), uri, _headers(sent), _bytes(sent, "body"))


def _response(row: Any) -> dict[str, Any]:
    received = _part(row, "response", dict)
    status, body = _part(received, "status", dict), _part(received, "body", dict)
    if not 100 <= (code := _part(status, "code", int)) <= 999:
        raise ValueError(f"code is {code}, which is no status")
    found = {
        "status": {"code": code, "message": _part(status, "message", str, type(None)) or ""},
        "headers": {name: [value] for name, value in _headers(received).items()},
        "body": {"string": _bytes(body, "string") or b""},
    }
    return found if "answered" not in row else _unanswered(found, row["answered"])


def _unanswered(found: dict[str, Any], answered: Any) -> dict[str, Any]:
    status = found["status"]
    if answered is not False:
        raise ValueError(f"answered is {answered!r:.60}, it can be false only")
    if status["code"] != UNANSWERED or found["headers"] or found["body"]["string"]:
        raise ValueError(f"answered is false, so the response has to be status {UNANSWERED} and nothing else")
    if not NO_ANSWER.fullmatch(status["message"]):
        raise ValueError(f"answered is false, but message is {status['message']!r:.60}, which is no client's error")
    return {**found, "answered": False}


def _headers(side: Mapping[str, Any]) -> dict[str, str]:
    """Names in lower case, several values joined with a comma."""
    found: dict[str, str] = {}
    for name, values in _part(side, "headers", dict).items():
        listed = values if isinstance(values, list) else [values]
        if not all(isinstance(one, str) for one in (name, *listed)):
            raise ValueError(f"the header {name!r} is {values!r:.60}, which is no text: write it in quotes")
        found[name.lower()] = ", ".join(listed)
    return found


def _bytes(whole: Any, name: str) -> bytes | None:
    value = _part(whole, name, str, bytes, type(None))
    return value.encode() if isinstance(value, str) else value


def _part(whole: Any, name: str, *kinds: type) -> Any:
    """A part of an object; a ValueError if it is not there, or of none of these types."""
    if not isinstance(whole, dict) or name not in whole:
        raise ValueError(f"{name} is missing")
    value = whole[name]
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ValueError(f"{name} is {value!r:.60}, which has the wrong type")
    return value
