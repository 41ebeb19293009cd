"""Write the files that a new test, system or project begins with; nothing that exists is overwritten.

goldtape new test curation archived-item      one test of a system, and its case
goldtape new system billing                   a table in pyproject.toml, a fixture, a test, a case
goldtape new project shop                     a project of its own, with a small service to try things on
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from importlib import resources
from pathlib import Path
from string import Template

from goldtape.config import Config
from goldtape.verdict.cases import read_cases

_PROJECT = (
    "pyproject.toml",
    "service.py",
    ".gitignore",
    ".gitattributes",
    "tests/orders/conftest.py",
    "tests/orders/test_orders.py",
)
# A test is written for the kind of client that its system's fixture gives.
_SYNC = {"define": "def", "get": "", "client": "Client"}
_ASYNC = {"define": "async def", "get": "await ", "client": "AsyncClient"}
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def configure(parser: argparse.ArgumentParser) -> None:
    """What to begin, and its names."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    test = kinds.add_parser("test", help="one test of a system, and its case")
    test.add_argument("system")
    test.add_argument("name", help="what it claims, in words-with-hyphens")
    system = kinds.add_parser("system", help="a table in pyproject.toml, a fixture, a test, a case")
    system.add_argument("name")
    project = kinds.add_parser("project", help="a project of its own, with a small service to try things on")
    project.add_argument("folder", type=Path)
    project.set_defaults(needs_project=False)


def run(arguments: argparse.Namespace) -> int:
    """Write, and say what comes next."""
    try:
        written = _write(arguments)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for line in written:
        print(line)
    return 0


def write_project(folder: Path) -> list[str]:
    """The sample project: an orders service on the standard library, one test, nothing recorded yet."""
    _require_absent(folder)
    for name in _PROJECT:
        _fill(f"project/{name}", folder / name, {})
    return [str(folder), f"next, in an environment with goldtape: cd {shlex.quote(str(folder))} && goldtape record"]


def _write(arguments: argparse.Namespace) -> list[str]:
    if arguments.kind == "project":
        return write_project(arguments.folder)
    _check_name(arguments.name)
    config: Config = arguments.config
    if arguments.kind == "system":
        return _write_system(config, arguments.name)
    if arguments.system not in config.systems:
        raise ValueError(f"no system {arguments.system!r}; valid: {', '.join(config.systems) or 'none'}")
    return _write_test(config, arguments.system, arguments.name)


def _write_system(config: Config, name: str) -> list[str]:
    if name in config.systems:
        raise ValueError(f"[tool.goldtape.systems.{name}] is there already")
    folder = config.tests / name
    _require_absent(folder)
    names = _names(name, "first-story")
    _fill("system/conftest.py", folder / "conftest.py", names)
    (folder / "__init__.py").touch()
    pyproject = config.root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8").rstrip("\n")
    pyproject.write_text(f"{text}\n\n{_text('system/table.toml', names)}", encoding="utf-8")
    lines = _write_test(config, name, "first-story")
    table = f"[tool.goldtape.systems.{name}]"
    return [
        f"pyproject.toml: {table}",
        *(file.relative_to(config.root).as_posix() for file in sorted(folder.iterdir()) if file.suffix),
        f"next: say in {table} how the service is started (or set {names['variable']}), and put "
        f"{folder.relative_to(config.root).as_posix()} into testpaths",
        *(line for line in lines if line.startswith("next")),
    ]


def _write_test(config: Config, system: str, name: str) -> list[str]:
    names = _names(system, name)
    file = config.tests / system / f"test_{names['test']}.py"
    is_known = _is_known(config, f"{system}/{name}", f"{file.name}::test_{names['test']}")
    _fill("system/test.py", file, names | (_ASYNC if _is_async(config, names) else _SYNC))
    if not is_known:
        cases = config.tests / system / "cases.toml"
        earlier = cases.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if cases.exists() else ""
        cases.write_text(earlier + _text("system/case.toml", names), encoding="utf-8")
    shown = file.relative_to(config.root).as_posix()
    return [shown, f"next: write the story in {shown}, then: goldtape record {shown}"]


def _is_known(config: Config, case: str, test: str) -> bool:
    """Whether a case waits for this test already; ValueError when it waits for another."""
    known = next((one for one in read_cases(config) if one.id == case), None)
    if known and known.test != test:
        raise ValueError(
            f"case {case!r} is there already, for {known.test}: {known.file}\n"
            "next: write that test, or choose another name"
        )
    return known is not None


def _is_async(config: Config, names: dict[str, str]) -> bool:
    """Whether the system's fixture, in its own folder or above, is an asynchronous one."""
    files = [folder / "conftest.py" for folder in (config.tests / names["system"], config.tests)]
    return any(f"async def {names['fixture']}(" in file.read_text(encoding="utf-8") for file in files if file.exists())


def _names(system: str, test: str) -> dict[str, str]:
    return {
        "system": system,
        "fixture": system.replace("-", "_"),
        "variable": f"{system.upper().replace('-', '_')}_URL",
        "case": test,
        "test": test.replace("-", "_"),
    }


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name; use lower-case words joined by hyphens, like archived-item")


def _require_absent(path: Path) -> None:
    if path.exists():
        raise FileExistsError(f"{path} is there already; nothing was written")


def _fill(template: str, path: Path, names: dict[str, str]) -> None:
    _require_absent(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(template, names), encoding="utf-8")


def _text(template: str, names: dict[str, str]) -> str:
    # The templates end in .tmpl, so that no tool takes them for code of this package.
    raw = resources.files("goldtape").joinpath("templates", f"{template}.tmpl").read_text(encoding="utf-8")
    return Template(raw).substitute(names) if names else raw
