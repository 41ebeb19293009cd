"""The rooms: inside tools/goldtape imports point down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import goldtape

ENGINE = Path(goldtape.__file__).parent

# The rooms, lowest first: a room imports from those before it. A room of one file is a module.
ROOMS = ["config", "exchange", "canonical", "goldens", "cassette", "verdict", "live", "plugin", "cli"]


def room(file: Path) -> str:
    """The room in which a file of the engine lies."""
    return file.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """The rooms that a file imports from, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield room(file.parents[node.level - 1] / (node.module or "__init__").replace(".", "/"))
        elif isinstance(node, ast.ImportFrom) and node.module == "goldtape":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("goldtape."):
            yield str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("goldtape."))


FILES = sorted(file for file in ENGINE.rglob("*.py") if file != ENGINE / "__init__.py")


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(ENGINE).as_posix() for file in FILES])
def test_imports_of_a_file_point_down(file: Path) -> None:
    """A file imports from lower rooms only, so there are no cycles."""
    own = room(file)

    above = [name for name in imported(file) if ROOMS.index(name) >= ROOMS.index(own) and name != own]

    assert above == [], f"{own} stands below {', '.join(above)}"


def test_rooms_are_all_there_are() -> None:
    """A new room has to take its place in ROOMS."""
    assert {room(file) for file in FILES} == set(ROOMS)
    assert len(ROOMS) == len(set(ROOMS))


def test_engine_without_plugin_and_cli_knows_no_pytest_and_no_terminal() -> None:
    """What computes can be used without pytest: only what pytest calls imports it."""
    knowing = {
        room(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name in ("pytest", "argparse") for alias in node.names)
    }

    assert knowing <= {"session", "plugin", "cli"}
