"""A small project as a value: files in, a command, files out, the next command.

    recorded = shop.add("tests/test_cart.py", CART).record()
    assert recorded.outcomes == {"passed": 1}
    assert recorded.replay().calls == []

Every verb returns a new project and leaves the old one as it was, so the order in the source is the order in time.
"""

from __future__ import annotations

import itertools
import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import httpcore  # noqa: F401
import pytest
import syrupy
from vcr.stubs import aiohttp_stubs, httpx_stubs, requests_stubs, urllib3_stubs  # noqa: F401

from goldtape.canonical import scanner
from goldtape.live import network, target  # noqa: F401
from goldtape.plugin import run, session  # noqa: F401

SHOP_URL = "http://127.0.0.1:9"
"""Where a live run of the shop is said to be; its clients never open a socket."""

PYPROJECT = """
[tool.goldtape.systems.shop]
host = "http://shop.test"
url-env = "SHOP_URL"
actor = "X-User"

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
addopts = "-p no:randomly -p no:cacheprovider"
filterwarnings = ["error"]
"""

# pytester forgets every module that a run inside this process brought in. What each run would import anew is imported
# here instead, the engine, vcrpy's stubs and the scanner's detectors; hypothesis is left out altogether. syrupy keeps
# the extension's class over runs, so there must be one such class only.
scanner.kinds_of("", "")

_PARTS = Path(__file__).parent / "shop"
_CALLS = "calls.txt"
_TITLE = re.compile(r"_{3,} (.+) _{3,}")
_END = re.compile(r"={3,}( .* =+)?|-{3,} (goldtape|snapshot report summary) -{3,}|_{3,} .+ _{3,}")
_known: dict[tuple[frozenset[tuple[str, bytes]], tuple[str, ...]], Project] = {}


@dataclass(frozen=True)
class Project:
    """A project, and what the last command in it came to.

    Attributes:
        pytester: Where and how commands are run.
        files: Path below the project -> content, everything that lies there.
        before: The same before the last command.
        exit_code: Of the last command.
        outcomes: "passed", "failed", "errors", ... -> how many tests.
        lines: What the last command showed, standard error included.
        calls: The requests that reached the service during the last command.
    """

    pytester: pytest.Pytester
    files: Mapping[str, bytes]
    before: Mapping[str, bytes] = field(default_factory=dict)
    exit_code: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @classmethod
    def new(cls, pytester: pytest.Pytester) -> Project:
        """The project of all stories: a service, its clients, and no test yet."""
        project = cls(pytester, {}).add("pyproject.toml", PYPROJECT)
        project = project.add("service.py", (_PARTS / "service.py").read_text(encoding="utf-8"))
        return project.add("tests/conftest.py", (_PARTS / "clients.py").read_text(encoding="utf-8"))

    # ---------------------------------------------------------------- what a person changes

    def add(self, path: str, content: str | bytes) -> Project:
        """With a file written, or written over."""
        raw = content if isinstance(content, bytes) else textwrap.dedent(content).lstrip("\n").encode()
        return replace(self, files={**self.files, path: raw})

    def remove(self, *paths: str) -> Project:
        """Without these files."""
        return replace(self, files={path: raw for path, raw in self.files.items() if path not in paths})

    def edit(self, path: str, old: str, new: str) -> Project:
        """With the one place where a file says `old` saying `new`."""
        raw = self.files[path]
        assert raw.count(old.encode()) == 1, f"{path} holds {old!r} {raw.count(old.encode())} times, not once"
        return self.add(path, raw.replace(old.encode(), new.encode()))

    def change_service(self, old: str, new: str) -> Project:
        """With a service that behaves differently."""
        return self.edit("service.py", old, new)

    def configure(self, old: str, new: str) -> Project:
        """With another pyproject.toml."""
        return self.edit("pyproject.toml", old, new)

    # ---------------------------------------------------------------- commands

    def replay(self, *arguments: str) -> Project:
        """`pytest`"""
        return self.run(*arguments)

    def verify(self, *arguments: str) -> Project:
        """`pytest --live`"""
        return self.run("--live", *arguments)

    def record(self, *arguments: str, interrupted: bool = False) -> Project:
        """`pytest --live --record-mode=rewrite`"""
        return self.run("--live", "--record-mode=rewrite", *arguments, interrupted=interrupted)

    def recorded(self) -> Project:
        """`record` as `known`, for all the stories that begin with the same green recording."""
        project = self.known("--live", "--record-mode=rewrite")
        assert project.exit_code == 0, project.output
        return project

    def known(self, *arguments: str) -> Project:
        """`run`, done once for all stories that give the same command with the same files."""
        key = frozenset(self.files.items()), arguments
        if key not in _known:
            _known[key] = self.run(*arguments)
        return replace(_known[key], pytester=self.pytester)

    def run(self, *arguments: str, interrupted: bool = False) -> Project:
        """`pytest`, in this process; a Ctrl-C inside it is the story's own when `interrupted` says so."""
        self.write()
        with _outer_session_kept():
            result = self.pytester.runpytest_inprocess(*arguments, no_reraise_ctrlc=interrupted)
        return self._after(result)

    def run_apart(self, *arguments: str) -> Project:
        """`pytest`, in a process of its own."""
        self.write()
        apart = self._after(self.pytester.runpytest_subprocess(*arguments))
        return apart.remove("stdout", "stderr")  # pytester's own

    def found(self) -> Project:
        """The project as it lies on disk now, after something that was no command of its own."""
        return replace(self, files=read_tree(self.path), before=self.files)

    def write(self) -> None:
        """Make the folder on disk hold these files and nothing else."""
        there = read_tree(self.path)
        for path in there.keys() - self.files.keys():
            (self.path / path).unlink()
        for path, raw in self.files.items():
            if there.get(path) != raw:
                (self.path / path).parent.mkdir(parents=True, exist_ok=True)
                (self.path / path).write_bytes(raw)

    def _after(self, result: pytest.RunResult) -> Project:
        files = read_tree(self.path)
        calls = files.pop(_CALLS, b"").decode().splitlines()
        return replace(
            self,
            files=files,
            before=self.files,
            exit_code=int(result.ret),
            outcomes=_outcomes(result),
            lines=(*result.outlines, *result.errlines),
            calls=tuple(calls),
        )

    # ---------------------------------------------------------------- what came of the last command

    @property
    def path(self) -> Path:
        """Where the project lies."""
        return self.pytester.path

    @property
    def output(self) -> str:
        """What the last command showed, as one text."""
        return "\n".join(self.lines)

    @property
    def goldens(self) -> dict[str, bytes]:
        """The cassettes and snapshots."""
        return {path: raw for path, raw in self.files.items() if path.startswith(("cassettes/", "snapshots/"))}

    @property
    def changed(self) -> list[str]:
        """The files that the last command wrote, changed or removed; the folder .goldtape is its own affair."""
        paths = sorted(self.files.keys() | self.before.keys())
        different = [path for path in paths if self.files.get(path) != self.before.get(path)]
        return [path for path in different if not path.startswith(".goldtape/")]

    @property
    def header(self) -> str:
        """Goldtape's line above the tests."""
        return next((line for line in self.lines if line.startswith("goldtape: ")), "")

    @property
    def summary(self) -> list[str]:
        """Goldtape's lines below the tests."""
        titles = [place for place, line in enumerate(self.lines) if re.fullmatch(r"-+ goldtape -+", line)]
        return _until_the_next(self.lines[titles[-1] + 1 :]) if titles else []

    @cached_property
    def reports(self) -> dict[str, list[str]]:
        """Title of every failure or error ("test_buy", "ERROR at teardown of test_buy") -> its lines."""
        titles = [(place, match.group(1)) for place, line in enumerate(self.lines) if (match := _TITLE.fullmatch(line))]
        return {title: _until_the_next(self.lines[place + 1 :]) for place, title in titles}

    @property
    def report(self) -> list[str]:
        """The lines of the one failure that there is."""
        assert len(self.reports) == 1, f"expected one failure, got {list(self.reports)}\n{self.output}"
        return next(iter(self.reports.values()))

    @property
    def complaint(self) -> list[str]:
        """The lines of the one failure that pytest marks with an E."""
        return [line[1:].strip() for line in self.report if line.startswith("E ")]

    @property
    def usage_error(self) -> list[str]:
        """The lines of a command that was refused."""
        assert self.exit_code == pytest.ExitCode.USAGE_ERROR, self.output
        first = next(place for place, line in enumerate(self.lines) if line.startswith("ERROR: "))
        return [line.removeprefix("ERROR: ") for line in self.lines[first:] if line.strip()]

    def golden(self, path: str) -> str:
        """The text of a golden."""
        return self.files[path].decode()


def read_tree(folder: Path) -> dict[str, bytes]:
    """Path below the folder -> content, for everything that is no by-product of Python."""
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def _outcomes(result: pytest.RunResult) -> dict[str, int]:
    try:
        return {name: count for name, count in result.parseoutcomes().items() if name != "warnings"}
    except ValueError:  # pytest refused to begin, so there is no line with the counts
        return {}


def _until_the_next(lines: tuple[str, ...]) -> list[str]:
    """The lines of a section."""
    return list(itertools.takewhile(lambda line: not _END.fullmatch(line), lines))


@contextmanager
def _outer_session_kept() -> Iterator[None]:
    """syrupy keeps the running session in a global; a run inside a run must give it back."""
    kept = syrupy._syrupy
    try:
        yield
    finally:
        syrupy._syrupy = kept
