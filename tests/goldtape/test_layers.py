"""The layers: inside tools/goldtape imports point down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import goldtape

ENGINE = Path(goldtape.__file__).parent

# Lowest first; what stands on one line does not import its neighbours to the right.
ORDER = [
    "interaction",
    *("goldens", "config", "naming", "paths", "transaction"),
    *("redaction", "placeholders", "races", "wire"),
    "layout",
    *("storage", "matching"),
    "transcript",
    "cassette",
    *("replay", "capture"),
    "drift",
    "scanner",
    "explain",
    "snapshot",
    "rules",
    *("network", "process", "target"),
    "tape",
    "session",
    "plugin",
    "cli",
]


def layer(file: Path) -> str:
    """The name in ORDER of a file of the engine."""
    return file.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """The layers that a file imports from, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield layer(file.parents[node.level - 1] / (node.module or "__init__").replace(".", "/"))
        elif isinstance(node, ast.ImportFrom) and node.module == "goldtape":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("goldtape."):
            yield str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("goldtape."))


FILES = sorted(file for file in ENGINE.rglob("*.py") if file != ENGINE / "__init__.py")


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(ENGINE).as_posix() for file in FILES])
def test_imports_of_a_file_point_down(file: Path) -> None:
    """A file imports from lower layers only, so there are no cycles."""
    own = layer(file)

    above = [name for name in imported(file) if ORDER.index(name) >= ORDER.index(own) and name != own]

    assert above == [], f"{own} stands below {', '.join(above)}"


def test_order_names_every_module_once() -> None:
    """A new module has to take its place in ORDER."""
    assert {layer(file) for file in FILES} == set(ORDER)
    assert len(ORDER) == len(set(ORDER))


def test_engine_without_plugin_and_cli_knows_no_pytest_and_no_terminal() -> None:
    """What computes can be used without pytest: only what pytest calls imports it."""
    knowing = {
        layer(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name in ("pytest", "argparse") for alias in node.names)
    }

    assert knowing <= {"session", "plugin", "cli"}
