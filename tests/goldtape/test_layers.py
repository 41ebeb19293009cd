"""The rooms: inside tools/goldtape imports point down only, and each library is known where the map says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import goldtape

ENGINE = Path(goldtape.__file__).parent
FILES = sorted(file for file in ENGINE.rglob("*.py") if file != ENGINE / "__init__.py")

# The rooms, lowest first: a room imports from those before it. A room of one file is a module.
ROOMS = ["config", "exchange", "canonical", "goldens", "cassette", "verdict", "live", "plugin", "cli"]

# Who may know a library that the engine stands on.
KNOWN_IN = {
    "vcr": {"cassette"},
    "syrupy": {"goldens/snapshot.py", "plugin/run.py"},
    "pytest": {"plugin"},
    "argparse": {"plugin/options.py", "cli"},
    "detect_secrets": {"canonical/scanner.py"},
    "yaml": {"goldens/cassette_yaml.py"},
}


def room(file: Path) -> str:
    """The room in which a file of the engine lies."""
    return file.relative_to(ENGINE).parts[0].removesuffix(".py")


def modules(file: Path) -> Iterator[str]:
    """The full names of what a file imports, wherever in the file the import stands."""
    package = ("goldtape", *file.relative_to(ENGINE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def rooms(file: Path) -> set[str]:
    """The other rooms that a file imports from."""
    return {name.split(".")[1] for name in modules(file) if name.startswith("goldtape.")} - {room(file)}


def ids(file: Path) -> str:
    """A file as the map calls it."""
    return file.relative_to(ENGINE).as_posix()


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_imports_of_a_file_point_down(file: Path) -> None:
    """A file imports from lower rooms only, so no two rooms import each other."""
    own = ROOMS.index(room(file))

    assert {name for name in rooms(file) if ROOMS.index(name) > own} == set()


@pytest.mark.parametrize("name", ROOMS)
def test_inside_a_room_no_imports_go_in_a_circle(name: str) -> None:
    """Files of one room can be put into an order, too."""
    inside = {
        f"goldtape.{name}.{file.stem}": {
            found for found in (".".join(one.split(".")[:3]) for one in modules(file)) if found.count(".") == 2
        }
        for file in FILES
        if room(file) == name and file.stem != "__init__"
    }
    while inside:
        free = [file for file, uses in inside.items() if not (uses - {file}) & inside.keys()]
        assert free, f"in a circle: {', '.join(inside)}"
        for file in free:
            del inside[file]


@pytest.mark.parametrize("library", KNOWN_IN)
def test_a_library_is_known_in_its_place(library: str) -> None:
    """`from pytest import fail` counts as `import pytest` does."""
    knowing = {ids(file) for file in FILES if any(name.split(".")[0] == library for name in modules(file))}

    assert knowing, f"nothing imports {library}: take its row away"
    assert {file for file in knowing if not {file, file.split("/")[0]} & KNOWN_IN[library]} == set()


def test_rooms_are_all_there_are_and_stand_on_the_map_in_their_order() -> None:
    """A new room takes its place in ROOMS and on the page that shows the way."""
    assert {room(file) for file in FILES} == set(ROOMS)
    assert re.findall(r"^    (\w+) {2,}", goldtape.__doc__ or "", re.MULTILINE) == ROOMS


def test_the_map_names_files_that_are_there() -> None:
    """What stands in backticks is a file of the room, or a step of the story."""
    named = set(re.findall(r"`(\w+)`", goldtape.__doc__ or ""))

    assert named <= {file.stem for file in FILES}


def test_no_file_is_long() -> None:
    """A file past 300 lines holds more than one idea."""
    long = {ids(file): count for file in FILES if (count := len(file.read_text(encoding="utf-8").splitlines())) > 300}

    assert long == {}
