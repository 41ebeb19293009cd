"""`[tool.goldtape]` in pyproject.toml, read once into frozen dataclasses.

    [tool.goldtape.systems.curation]
    host = "http://curation.test"                        the only host in the goldens
    url-env = "CURATION_URL"                             the variable that names a real deployment
    serve = "python -m services.curation --port {port}"  the command that starts a local one
    request-headers = ["x-tenant"]                       headers that matter, besides those of `canonical.headers`

Unknown keys and wrong types are errors that name the key, the value and the nearest valid spelling.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

GUARDS = ("tapes", "all")
VOLATILE_CLASSES = ("constant", "etag", "instant", "token", "uuid")

_SPAN = re.compile(r"in (-?\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class ConfigError(ValueError):
    """The configuration cannot be used; the message names file, key, value and the valid ones."""


@dataclass(frozen=True, slots=True)
class Volatile:
    """A path of a response whose value cannot repeat, and the placeholder it gets.

    `path` is dotted below the body, `[*]` is any position: `assigned[*].durationMs`. `kind` is one of
    VOLATILE_CLASSES; "constant" makes 0, "" or False of every scalar at the path or below it, the others are
    numbered. It can also be a distance to the clock: "in 1h", "in -20m". The rule is for responses of `hosts`, which
    are those of its system; an empty set is every host.
    """

    path: str
    kind: str
    why: str
    hosts: frozenset[str] = frozenset()

    @property
    def span(self) -> timedelta | None:
        """The distance to the clock that the rule gives an instant."""
        return span_of(self.kind)

    def is_about(self, uri: str) -> bool:
        """Whether the rule is for the responses to requests for a URI."""
        return not self.hosts or urlsplit(uri).netloc in self.hosts


@dataclass(frozen=True, slots=True)
class Target:
    """One address of a system: its canonical host, and how a live run finds it.

    `url_env` names the environment variable with the URL of a real deployment. `serve` is the command that starts
    a local service, with `{port}` in it; the service is ready when the path `ready` answers with a status below 400.
    """

    name: str
    host: str
    url_env: str
    serve: str = ""
    ready: str = "/healthz"


@dataclass(frozen=True, slots=True)
class System:
    """Everything the engine knows about one system.

    `actor` is the request header that says who is asking. `request_headers` and `response_headers` matter besides
    the usual ones; all three are in lower case. `secrets` are field names to redact besides the usual ones, `public`
    are names not to redact. `opaque` are the bodies that are kept although nobody can read them: a media type, or a
    pattern of paths that begins with a slash. `stack` lists the "module:function" context managers that start what a
    local service needs, `environ` the environment variables it gets unless they are set already.
    """

    name: str
    targets: tuple[Target, ...]
    actor: str = ""
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    stack: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    volatile: tuple[Volatile, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The project: the places of its files (absolute paths) and its systems by name.

    Bodies of more than `body_limit` bytes are summarised in snapshots and compressed in cassettes. `goldtape audit`
    asks for a new recording of goldens that are older than `max_age_days`. `guard` says who loses the network: tests
    with a tape, or "all", the whole run from its start to its end.
    """

    root: Path
    tests: Path
    cassettes: Path
    snapshots: Path
    work: Path
    body_limit: int = 64 * 1024
    max_age_days: int = 180
    guard: str = GUARDS[0]
    systems: Mapping[str, System] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        """The folder of the output of local services, a file each."""
        return self.work / "logs"

    def target(self, name: str) -> Target:
        """The target called `name`: a system's own, or `<system>-support`. KeyError names the valid ones."""
        targets = {target.name: target for system in self.systems.values() for target in system.targets}
        if name not in targets:
            raise KeyError(f"no system {name!r} in [tool.goldtape.systems]{_nearest(name, targets)}")
        return targets[name]

    def system_of(self, uri: str) -> System | None:
        """The system whose canonical host a URI names, or None for a foreign host."""
        host = urlsplit(uri).netloc.rpartition("@")[2]
        for system in self.systems.values():
            if any(urlsplit(target.host).netloc == host for target in system.targets):
                return system
        return None


def span_of(kind: str) -> timedelta | None:
    """The distance that a kind of rule names: "in 90s", "in -20m", "in 1h", "in 30d"; None if it is no distance."""
    named = _SPAN.fullmatch(kind)
    return timedelta(**{_UNITS[named[2]]: int(named[1])}) if named else None


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` whose pyproject.toml has a [tool.goldtape] table."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "goldtape" in _read(file).get("tool", {}):
            return folder
    return None


_FOLDERS = ("tests", "cassettes", "snapshots")
_PROJECT_KEYS = {**dict.fromkeys(_FOLDERS, str), "body-limit": int, "max-age-days": int, "guard": str, "systems": dict}
_TARGET_KEYS = dict.fromkeys(("host", "url-env", "serve", "ready"), str)
_SYSTEM_KEYS = {
    **dict.fromkeys((*_TARGET_KEYS, "actor"), str),
    **dict.fromkeys(("request-headers", "response-headers", "secrets", "public", "opaque", "stack", "volatile"), list),
    **dict.fromkeys(("environ", "support"), dict),
}
_VOLATILE_KEYS = dict.fromkeys(("path", "as", "why"), str)


def load(root: Path) -> Config:
    """Read `<root>/pyproject.toml`.

    Raises:
        ConfigError: The file is not TOML, has no [tool.goldtape], an unknown key, or a value of a wrong type.
    """
    file = root / "pyproject.toml"
    table = _read(file).get("tool", {}).get("goldtape")
    if table is None:
        raise ConfigError(f"{file} has no [tool.goldtape] table; see `goldtape new --help`")
    given = _checked(table, "tool.goldtape", _PROJECT_KEYS)
    if given.get("guard", GUARDS[0]) not in GUARDS:
        raise ConfigError(f"tool.goldtape.guard is {given['guard']!r}{_nearest(given['guard'], GUARDS)}")
    folders = {name: root / given.pop(name, name) for name in _FOLDERS}
    systems = {name: _system(name, entry) for name, entry in given.pop("systems", {}).items()}
    return Config(root, **folders, work=root / ".goldtape", systems=systems, **given)


def _system(name: str, table: Any) -> System:
    where = f"tool.goldtape.systems.{name}"
    given = _checked(table, where, _SYSTEM_KEYS)
    targets = [_target(name, given, where)]
    if "support" in given:
        support = _checked(given.pop("support"), f"{where}.support", _TARGET_KEYS)
        targets.append(_target(f"{name}-support", support, f"{where}.support"))
    hosts = frozenset(urlsplit(target.host).netloc for target in targets)
    given["volatile"] = tuple(_volatile(row, f"{where}.volatile", hosts) for row in given.get("volatile", ()))
    given["environ"] = {variable: str(value) for variable, value in given.get("environ", {}).items()}
    for key in ("request_headers", "response_headers"):
        given[key] = tuple(str(header).lower() for header in given.get(key, ()))
    return System(name, tuple(targets), given.pop("actor", "").lower(), **given)


def _target(name: str, given: dict[str, Any], where: str) -> Target:
    """Take the address of a target out of its table."""
    host = given.pop("host", f"http://{name}.test")
    if not urlsplit(host).netloc or urlsplit(host).path:
        raise ConfigError(f"{where}.host is {host!r}; expected scheme and host only, like 'http://{name}.test'")
    url_env = given.pop("url_env", f"{name.upper().replace('-', '_')}_URL")
    return Target(name, host, url_env, **{key: given.pop(key) for key in ("serve", "ready") if key in given})


def _volatile(row: Any, where: str, hosts: frozenset[str]) -> Volatile:
    given = _checked(row, where, _VOLATILE_KEYS)
    if missing := [key for key in _VOLATILE_KEYS if key not in given]:
        raise ConfigError(f"a row of {where} lacks {', '.join(missing)}: {row!r}")
    if given["as"] not in VOLATILE_CLASSES and span_of(given["as"]) is None:
        raise ConfigError(f"{where}: as = {given['as']!r}{_nearest(given['as'], (*VOLATILE_CLASSES, 'in 1h'))}")
    return Volatile(given["path"], given["as"], given["why"], hosts)


def _checked(table: Any, where: str, types: Mapping[str, type]) -> dict[str, Any]:
    """A table by the names that Python gives its keys; its lists are tuples."""
    if not isinstance(table, dict):
        raise ConfigError(f"[{where}] is {table!r}; expected a table")
    for key, value in table.items():
        if key not in types:
            raise ConfigError(f"[{where}] has an unknown key {key!r}{_nearest(key, types)}")
        if not isinstance(value, types[key]) or isinstance(value, bool):
            raise ConfigError(f"{where}.{key} is {value!r}; expected {types[key].__name__}")
    return {key.replace("-", "_"): tuple(v) if isinstance(v, list) else v for key, v in table.items()}


def _nearest(word: str, valid: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(valid), n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    return f"{hint} valid: {', '.join(sorted(valid)) or 'none'}"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not readable TOML: {error}") from error
