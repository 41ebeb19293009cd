"""`[tool.goldtape]` in pyproject.toml, read once into frozen dataclasses.

    [tool.goldtape.systems.curation]
    host = "http://curation.test"                        the only host that goldens ever know
    url-env = "CURATION_URL"                             names a real deployment when it is set
    serve = "python -m services.curation --port {port}"  started when it is not

Unknown keys and wrong types are errors that name the key, the value and the nearest valid spelling.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BODY_LIMIT_BYTES = 64 * 1024
MAX_AGE_DAYS = 180
READY = "/healthz"
VOLATILE_CLASSES = ("constant", "etag", "instant", "token", "uuid")


class ConfigError(ValueError):
    """The configuration cannot be used; the message names file, key, value and what would be valid."""


@dataclass(frozen=True, slots=True)
class Volatile:
    """A path of a response whose value cannot repeat, and the placeholder it gets.

    `path` is dotted below the body, `[*]` stands for any position: `assigned[*].durationMs`.
    `kind` is one of VOLATILE_CLASSES; "constant" holds 0, "" or False, the others are numbered. It is about the
    responses of `hosts`, those of its system; none means every host.
    """

    path: str
    kind: str
    why: str
    hosts: frozenset[str] = frozenset()

    def is_about(self, uri: str) -> bool:
        """Whether the rule is about what answers at a URI."""
        return not self.hosts or urlsplit(uri).netloc in self.hosts


@dataclass(frozen=True, slots=True)
class Target:
    """One address of a system: its canonical host, and where a live run finds it.

    `url_env` names the environment variable of a real deployment. `serve` is the command of the local
    service, with `{port}` in it; it is ready when `ready` answers with a status below 400.
    """

    name: str
    host: str
    url_env: str
    serve: str
    ready: str = READY


@dataclass(frozen=True, slots=True)
class System:
    """Everything the engine knows about one system.

    `actor` is the request header that says who is asking. `request_headers` and `response_headers` are
    the headers that matter besides the defaults. `stack` lists "module:function" context managers
    that start what the service stands on, `environ` what a local service finds in its environment
    unless that says otherwise. `secrets` and `public` add to and take from the field names that
    are redacted.
    """

    name: str
    targets: tuple[Target, ...]
    actor: str = ""
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    stack: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    volatile: tuple[Volatile, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The project: where its files lie (absolute paths) and which systems it has.

    `body_limit` is in bytes: larger bodies are summarised in snapshots and compressed in cassettes.
    `max_age_days` is the age at which `goldtape audit` asks for a new recording.
    """

    root: Path
    tests: Path
    cassettes: Path
    snapshots: Path
    work: Path
    body_limit: int = BODY_LIMIT_BYTES
    max_age_days: int = MAX_AGE_DAYS
    systems: Mapping[str, System] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        """The folder of what local services print, a file each."""
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


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` whose pyproject.toml has a [tool.goldtape] table."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "goldtape" in _read(file).get("tool", {}):
            return folder
    return None


def load(root: Path) -> Config:
    """Read `<root>/pyproject.toml`.

    Raises:
        ConfigError: The file is not TOML, has no [tool.goldtape], an unknown key, or a value of a wrong type.
    """
    file = root / "pyproject.toml"
    table = _read(file).get("tool", {}).get("goldtape")
    if table is None:
        raise ConfigError(f"{file} has no [tool.goldtape] table; see `goldtape new --help`")
    where = "tool.goldtape"
    _check(
        table,
        where,
        {
            "tests": str,
            "cassettes": str,
            "snapshots": str,
            "body-limit": int,
            "max-age-days": int,
            "systems": dict,
        },
    )
    return Config(
        root=root,
        tests=root / table.get("tests", "tests"),
        cassettes=root / table.get("cassettes", "cassettes"),
        snapshots=root / table.get("snapshots", "snapshots"),
        work=root / ".goldtape",
        body_limit=table.get("body-limit", BODY_LIMIT_BYTES),
        max_age_days=table.get("max-age-days", MAX_AGE_DAYS),
        systems={name: _system(name, entry, where) for name, entry in table.get("systems", {}).items()},
    )


_TARGET_KEYS: dict[str, type] = {"host": str, "url-env": str, "serve": str, "ready": str}
_SYSTEM_KEYS: dict[str, type] = _TARGET_KEYS | {
    "actor": str,
    "request-headers": list,
    "response-headers": list,
    "secrets": list,
    "public": list,
    "stack": list,
    "environ": dict,
    "volatile": list,
    "support": dict,
}


def _system(name: str, table: Any, where: str) -> System:
    where = f"{where}.systems.{name}"
    _check(table, where, _SYSTEM_KEYS)
    targets = [_target(name, table, where)]
    if "support" in table:
        _check(table["support"], f"{where}.support", _TARGET_KEYS)
        targets.append(_target(f"{name}-support", table["support"], f"{where}.support"))
    hosts = frozenset(urlsplit(target.host).netloc for target in targets)
    return System(
        name=name,
        targets=tuple(targets),
        actor=table.get("actor", "").lower(),
        request_headers=_lower(table.get("request-headers", ())),
        response_headers=_lower(table.get("response-headers", ())),
        secrets=tuple(table.get("secrets", ())),
        public=tuple(table.get("public", ())),
        stack=tuple(table.get("stack", ())),
        environ={name: str(value) for name, value in table.get("environ", {}).items()},
        volatile=tuple(_volatile(row, f"{where}.volatile", hosts) for row in table.get("volatile", ())),
    )


def _target(name: str, table: Mapping[str, Any], where: str) -> Target:
    host = table.get("host", f"http://{name}.test")
    if not urlsplit(host).netloc or urlsplit(host).path:
        raise ConfigError(f"{where}.host is {host!r}; expected scheme and host only, like 'http://{name}.test'")
    return Target(
        name=name,
        host=host,
        url_env=table.get("url-env", f"{name.upper().replace('-', '_')}_URL"),
        serve=table.get("serve", ""),
        ready=table.get("ready", READY),
    )


def _volatile(row: Any, where: str, hosts: frozenset[str]) -> Volatile:
    _check(row, where, {"path": str, "as": str, "why": str})
    missing = [key for key in ("path", "as", "why") if key not in row]
    if missing:
        raise ConfigError(f"a row of {where} lacks {', '.join(missing)}: {row!r}")
    if row["as"] not in VOLATILE_CLASSES:
        raise ConfigError(f"{where}: as = {row['as']!r}{_nearest(row['as'], VOLATILE_CLASSES)}")
    return Volatile(path=row["path"], kind=row["as"], why=row["why"], hosts=hosts)


def _check(table: Any, where: str, types: Mapping[str, type]) -> None:
    if not isinstance(table, dict):
        raise ConfigError(f"[{where}] is {table!r}; expected a table")
    for key, value in table.items():
        if key not in types:
            raise ConfigError(f"[{where}] has an unknown key {key!r}{_nearest(key, types)}")
        if not isinstance(value, types[key]) or isinstance(value, bool):
            raise ConfigError(f"{where}.{key} is {value!r}; expected {types[key].__name__}")


def _nearest(word: str, valid: Any) -> str:
    close = difflib.get_close_matches(word, list(valid), n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    return f"{hint} valid: {', '.join(sorted(valid)) or 'none'}"


def _lower(names: Any) -> tuple[str, ...]:
    return tuple(str(name).lower() for name in names)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not readable TOML: {error}") from error
