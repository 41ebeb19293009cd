"""What a plan says, as each tests/<system>/cases.toml has it: its cases, and the rules of its contract.

    [[case]]                                          [[rule]]
    id = "curation/cross-user"                        id = "curation/limit-ceiling"
    test = "test_flow.py::test_cross_user"            section = "4.2"
    must = "another user's change is refused"         must = "a limit above 200 is refused"
                                                      test = "test_limits.py::test_ceiling"

A case is covered by the tests that carry its mark. A rule names its test, or says why it is `untested`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from goldtape.config import Config, ConfigError

FILE = "cases.toml"


@dataclass(frozen=True, slots=True)
class Case:
    """A row of a cases.toml: its id, the module and function that cover it, and what must hold."""

    id: str
    test: str
    must: str
    file: Path


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a contract: its section, what must hold, and the test that holds it or the reason for none.

    `test` is `module.py::function`, or a whole module. `test` and `untested` are "" where they are not given.
    """

    id: str
    section: str
    must: str
    test: str
    untested: str
    file: Path


class _Row(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def file(self) -> Path: ...


Kind = TypeVar("Kind", bound=_Row)


def read_cases(config: Config) -> list[Case]:
    """The cases of every cases.toml below the tests folder, in file order.

    Raises:
        ConfigError: A file is no TOML, has no rows, a row lacks a key, or an id occurs twice.
    """
    return _read(config, "case", _case)


def read_rules(config: Config) -> list[Rule]:
    """The rules, likewise.

    Raises:
        ConfigError: As of `read_cases`; or a rule has both a test and a reason for none.
    """
    return _read(config, "rule", _rule)


def _read(config: Config, kind: str, made: Callable[[Any, Path], Kind]) -> list[Kind]:
    found: dict[str, Kind] = {}
    for file in sorted(config.tests.rglob(FILE)):
        for row in _rows(file, kind):
            one = made(row, file)
            if one.id in found:
                raise ConfigError(f"{file}: {kind} {one.id!r} stands in {found[one.id].file} too")
            found[one.id] = one
    return list(found.values())


def _rows(file: Path, kind: str) -> Iterator[Any]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get(kind, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not readable TOML: {error}") from error
    if not isinstance(rows, list):
        raise ConfigError(f"{file}: {kind} is {rows!r}; expected rows under [[{kind}]]")
    yield from rows


def _case(row: Any, file: Path) -> Case:
    _check(row, file, "case", ("id", "test", "must"))
    return Case(row["id"], row["test"], row["must"], file)


def _rule(row: Any, file: Path) -> Rule:
    _check(row, file, "rule", ("id", "section", "must"))
    test, untested = row.get("test", ""), row.get("untested", "")
    if not isinstance(test, str) or not isinstance(untested, str) or (test and untested):
        raise ConfigError(f"{file}: rule {row['id']!r} has test {test!r} and untested {untested!r}; expected one text")
    return Rule(row["id"], row["section"], row["must"], test, untested, file)


def _check(row: Any, file: Path, kind: str, keys: tuple[str, ...]) -> None:
    given = row if isinstance(row, dict) else {}
    if missing := [key for key in keys if not isinstance(given.get(key), str)]:
        raise ConfigError(f"{file}: a {kind} lacks {', '.join(missing)}: {row!r}")
