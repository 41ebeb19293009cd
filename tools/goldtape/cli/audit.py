"""Look for what rots: goldens nobody uses, secrets, unreadable or old files, cases and rules without a test.

One line a finding: kind, place, what to do. Exit code 1 when there is one. What needs a run to be seen (an interaction
that is no longer played, a snapshot that no longer agrees) fails that run and is not repeated here.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from goldtape.canonical import refusal
from goldtape.canonical.pipeline import Pipeline
from goldtape.cli import leaks
from goldtape.cli.collected import CollectedTest, collect_tests, holding, is_named, tests_of
from goldtape.config import Config
from goldtape.exchange import paths
from goldtape.exchange.interaction import Json
from goldtape.goldens import cassette_file as storage
from goldtape.goldens import transcript
from goldtape.goldens.naming import goldens_of, owner
from goldtape.goldens.reading import UnreadableGolden, parse_json, read_golden
from goldtape.verdict.cases import Case, Rule, read_cases, read_rules

SIZE_LIMIT_BYTES = 20 * 1024 * 1024
_DAY_S = 24 * 60 * 60
_OTHER = {".yaml": ".json", ".json": ".yaml"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to act on: its kind in a word or two, its place, and what to do."""

    kind: str
    place: str
    advice: str


@dataclass(frozen=True, slots=True)
class Readable:
    """The goldens that can be read: the cassettes, and the texts of the snapshots."""

    cassettes: dict[Path, storage.Stored]
    snapshots: dict[Path, str]


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    """Print the findings."""
    findings = list(audit(arguments.config))
    for one in findings:
        print(f"{one.kind}  {one.place}  {one.advice}")
    print(f"findings: {len(findings)}", file=sys.stderr)
    return 1 if findings else 0


def audit(config: Config) -> Iterator[Finding]:
    """All findings, kind by kind."""
    cases, rules, tests = read_cases(config), read_rules(config), collect_tests(config)
    yield from _unmatched(config, tests)
    readable = Readable({}, {})
    yield from _unreadable(config, readable)
    yield from _secrets(config, readable, tests)
    yield from _idle_rules(config, readable)
    yield from _old(config)
    yield from _heavy(config)
    yield from _uncovered(cases, tests)
    yield from _unheld(config, rules, tests)


def _unmatched(config: Config, tests: Sequence[CollectedTest]) -> Iterator[Finding]:
    """Tests without goldens, and goldens without a test."""
    used: set[Path] = set()
    fixtures = {name for test in tests if test.taped for name in test.fixtures}
    for test in tests:
        if test.taped:
            goldens = goldens_of(test.nodeid, config)
            used |= {goldens.cassette, goldens.snapshot}
            if not goldens.cassette.exists():
                shown = refusal.hidden(test.nodeid, Pipeline(config))
                yield Finding("unrecorded", shown, f"goldtape record {shown}")
    for file in (*sorted(config.cassettes.rglob("*.yaml")), *sorted(config.snapshots.rglob("*.json"))):
        # "@login[ann].yaml" is of a wider fixture.
        fixture = file.stem.removeprefix("@").partition("[")[0] if file.stem.startswith("@") else ""
        if not used & {file, owner(file)} and fixture not in fixtures:
            yield Finding("unused", _relative(file, config), "no test has this name: delete it, or restore the test")


def _unreadable(config: Config, readable: Readable) -> Iterator[Finding]:
    """Goldens that lack their other half or cannot be read; those that can go into `readable`."""
    cassettes, snapshots = sorted(config.cassettes.rglob("*.yaml")), sorted(config.snapshots.rglob("*.json"))
    for file in (*cassettes, *snapshots):
        is_cassette, is_whole = file.suffix == ".yaml", file.suffix == ".yaml" or owner(file) == file
        here, there = (config.cassettes, config.snapshots) if is_cassette else (config.snapshots, config.cassettes)
        if is_whole and not (there / file.relative_to(here)).with_suffix(_OTHER[file.suffix]).exists():
            half = "snapshot" if is_cassette else "cassette"
            yield Finding("half", _relative(file, config), f"it has no {half}: record the test again")
        try:
            if is_cassette:
                readable.cassettes[file] = storage.load(file)
            else:
                readable.snapshots[file] = text = read_golden(file)
                transcript.parse(text, file) if is_whole else parse_json(text, file)
        except UnreadableGolden as error:
            readable.snapshots.pop(file, None)
            yield Finding("unreadable", f"{_relative(error.path, config)}:{error.line}", error.what)


def _secrets(config: Config, readable: Readable, tests: Sequence[CollectedTest]) -> Iterator[Finding]:
    found: list[leaks.Leak] = []
    for file, stored in readable.cassettes.items():
        pipeline = Pipeline(config, home=file.relative_to(config.cassettes).parts[0])
        found += leaks.in_cassette(_relative(file, config), stored, pipeline)
    for file, text in readable.snapshots.items():
        pipeline = Pipeline(config, home=file.relative_to(config.snapshots).parts[0])
        found += leaks.in_snapshot(_relative(file, config), text, pipeline)
    files = [
        file.relative_to(config.root) for folder in (config.cassettes, config.snapshots) for file in _files(folder)
    ]
    found += leaks.in_names(files, ((test.nodeid, test.line) for test in tests if test.taped), Pipeline(config))
    for place, what in found:
        yield Finding("secret", place, f"{what}: record again{'' if what == leaks.REDACTED_TODAY else ', rotate it'}")


def _idle_rules(config: Config, readable: Readable) -> Iterator[Finding]:
    cassettes = [stored.interactions() for stored in readable.cassettes.values()]
    for system in config.systems.values():
        bodies = [
            one.response.body.value
            for interactions in cassettes
            for one in interactions
            if config.system_of(one.request.uri) is system and isinstance(one.response.body, Json)
        ]
        for rule in system.volatile:
            if not any(paths.find(body, rule.path) for body in bodies):
                place = f"tool.goldtape.systems.{system.name}.volatile {rule.path}"
                yield Finding("idle rule", place, "no cassette has such a path: remove the rule")


def _old(config: Config) -> Iterator[Finding]:
    """Goldens whose last commit is older than the limit; the files themselves hold no date."""
    command = ["git", "log", "--format=%ct", "--name-only", "--no-renames", "--relative", "--", str(config.cassettes)]
    try:
        log = subprocess.run(command, cwd=config.root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        print("ages unknown: not a git checkout", file=sys.stderr)
        return
    changed: dict[str, int] = {}
    when = 0
    for line in filter(None, log.splitlines()):
        if line.isdigit():
            when = int(line)
        else:
            changed.setdefault(line.strip('"'), when)
    for name, last in sorted(changed.items()):
        days = int((time.time() - last) / _DAY_S)
        if days > config.max_age_days and (config.root / name).exists():
            advice = f"recorded {days} days ago, the limit is {config.max_age_days}: verify or record"
            yield Finding("old", name, advice)


def _heavy(config: Config) -> Iterator[Finding]:
    files = [*_files(config.cassettes), *_files(config.snapshots)]
    total = sum(file.stat().st_size for file in files)
    if total > SIZE_LIMIT_BYTES:
        largest = max(files, key=lambda file: file.stat().st_size)
        place = f"{total / 2**20:.1f} MB of goldens"
        yield Finding("heavy", place, f"the limit is 20 MB; the largest is {_relative(largest, config)}")


def _uncovered(cases: Sequence[Case], tests: Sequence[CollectedTest]) -> Iterator[Finding]:
    for case in cases:
        if not any(is_named(case.test, test) for test in tests_of(case, tests)):
            yield Finding("no test", case.id, f"mark {case.test} with @pytest.mark.case({case.id!r})")
    known = {case.id for case in cases}
    for test in tests:
        for name in test.cases:
            if name not in known:
                yield Finding("no case", test.nodeid, f"{name!r} stands in no cases.toml")


def _unheld(config: Config, rules: Sequence[Rule], tests: Sequence[CollectedTest]) -> Iterator[Finding]:
    for rule in rules:
        place = f"{_relative(rule.file, config)}: {rule.id}"
        if not rule.test and not rule.untested:
            yield Finding("rule", place, 'name the test that holds it, or say why none does: untested = "..."')
        elif rule.test and not holding(rule, tests, config):
            yield Finding("rule", place, f"there is no {rule.test} beside it: correct it, or write the test")


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _relative(path: Path, config: Config) -> str:
    """The path of a golden in messages; a name that holds a secret is hidden."""
    name = refusal.hidden(path.stem, Pipeline(config)) + path.suffix
    return path.with_name(name).relative_to(config.root).as_posix()
