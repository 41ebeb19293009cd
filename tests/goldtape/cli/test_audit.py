"""`goldtape audit`: every kind of finding fires once, alone; in a good project none does."""

from __future__ import annotations

import base64
import inspect
import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from goldtape.cli import audit
from goldtape.goldens.naming import file_name

from ..stories.project import Project
from .command import Command, Outcome

TESTS = """
import pytest

@pytest.mark.case("shop/ask")
def test_ask(shop):
    shop.post("/v1/carts", json={"name": "birthday"})

def test_own(shop, snapshot):
    assert shop.get("/v1/items?limit=1").json() == snapshot
"""
LOGIN = """
import httpx, pytest, service

@pytest.fixture(scope="session")
def login(goldtape):
    client = httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer))
    client.get("/v1/items?limit=1")

def test_look(login, shop):
    shop.get("/v1/items?limit=2")
"""
CASES = """
[[case]]
id = "shop/ask"
test = "test_shop.py::test_ask"
must = "the shop answers"
"""
RULES = """
[[rule]]
id = "shop/held"
section = "1"
must = "a cart has a name"
test = "test_shop.py::test_own"

[[rule]]
id = "shop/module"
section = "1"
must = "a cart can be created"
test = "test_shop.py"

[[rule]]
id = "shop/why"
section = "2"
must = "a cart lasts a year"
untested = "it takes a year"

[[rule]]
id = "shop/gone"
section = "2.1"
must = "a cart can be removed"
test = "test_shop.py::test_gone"

[[rule]]
id = "shop/open"
section = "3"
must = "a cart can be sent"
"""
TEST = "tests/test_shop.py"
CASSETTE, SNAPSHOT = "cassettes/test_shop/test_ask.yaml", "snapshots/test_shop/test_ask.json"
OWN = "cassettes/test_shop/test_own.yaml"
AGES_UNKNOWN = "ages unknown: not a git checkout"
NO_TEST_HAS_THIS_NAME = "no test has this name: delete it, or restore the test"
KEY = "AKIA" + "QWERTYUIOPASDFGH"
TWENTY_ONE_MB = bytes(21 * 2**20)


@pytest.fixture
def good(shop: Project) -> Project:
    """A test that carries a case, one that compares a snapshot of its own, all recorded."""
    return shop.add(TEST, TESTS).add("tests/cases.toml", CASES).recorded()


def with_login(project: Project) -> Project:
    """With a test whose module logs in once, and has goldens of its own for that."""
    return project.add("tests/test_login.py", LOGIN).record("tests/test_login.py")


@dataclass(frozen=True)
class Row:
    """What is done to a good project, and the findings of that."""

    change: Callable[[Project], Project]
    findings: list[str]


ROWS = {
    "unrecorded": Row(
        lambda good: good.add(TEST, TESTS + "def test_new(shop):\n    pass\n"),
        [f"unrecorded  {TEST}::test_new  goldtape record {TEST}::test_new"],
    ),
    "unused": Row(
        lambda good: good.add(TEST, TESTS.replace("test_own(", "test_mine(")).record("-k", "mine"),
        [
            f"unused  cassettes/test_shop/test_own.yaml  {NO_TEST_HAS_THIS_NAME}",
            f"unused  snapshots/test_shop/test_own.json  {NO_TEST_HAS_THIS_NAME}",
            f"unused  snapshots/test_shop/test_own~1.json  {NO_TEST_HAS_THIS_NAME}",
        ],
    ),
    "half": Row(
        lambda good: good.remove(SNAPSHOT, OWN),
        [
            f"unrecorded  {TEST}::test_own  goldtape record {TEST}::test_own",
            f"half  {CASSETTE}  it has no snapshot: record the test again",
            "half  snapshots/test_shop/test_own.json  it has no cassette: record the test again",
        ],
    ),
    "unreadable": Row(
        lambda good: good.edit(CASSETTE, "version: 1", "version: 2").edit(
            SNAPSHOT, '  "cases"', '<<<<<<< HEAD\n  "cases"'
        ),
        [
            f"unreadable  {CASSETTE}:31  format version 2 is newer than what this goldtape reads; upgrade it",
            f"unreadable  {SNAPSHOT}:4  an unresolved merge conflict",
        ],
    ),
    "secret": Row(
        lambda good: good.edit(CASSETTE, "[]", f'[\n            "{KEY}"\n          ]').edit(
            OWN, '"stock"', '"password"'
        ),
        [
            f"secret  {CASSETTE}:20: 1. received.items  AWS Access Key: record again, rotate it",
            f"secret  {CASSETTE}:20: 1.  a field that is redacted today: record again",
            f"secret  {OWN}:13: 1.  a field that is redacted today: record again",
        ],
    ),
    "idle rule": Row(
        lambda good: good.configure(
            'actor = "X-User"',
            'actor = "X-User"\nvolatile = [\n'
            '{path = "createdAt", as = "instant", why = "minted"},\n'
            '{path = "items[*].tookMs", as = "constant", why = "a duration"},\n]',
        ),
        [
            "idle rule  tool.goldtape.systems.shop.volatile items[*].tookMs  "
            "no cassette has such a path: remove the rule",
        ],
    ),
    "heavy": Row(
        lambda good: good.add("snapshots/film.bin", TWENTY_ONE_MB),
        ["heavy  21.0 MB of goldens  the limit is 20 MB; the largest is snapshots/film.bin"],
    ),
    "no test": Row(
        lambda good: good.edit("tests/cases.toml", "test_shop.py::test_ask", "test_shop.py::test_own"),
        ["no test  shop/ask  mark test_shop.py::test_own with @pytest.mark.case('shop/ask')"],
    ),
    "rule": Row(
        lambda good: good.add("tests/cases.toml", CASES + RULES),
        [
            "rule  tests/cases.toml: shop/gone  there is no test_shop.py::test_gone beside it: correct it, or write "
            "the test",
            'rule  tests/cases.toml: shop/open  name the test that holds it, or say why none does: untested = "..."',
        ],
    ),
    "no case": Row(
        lambda good: good.edit(TEST, '"shop/ask"', '"shop/ask", "shop/pay"'),
        [f"no case  {TEST}::test_ask  'shop/pay' stands in no cases.toml"],
    ),
}


def test_the_goldens_of_a_wider_fixture_are_in_use_while_a_test_has_it(good: Project, command: Command) -> None:
    """They have the name of no test."""
    project = with_login(good)

    assert command(project, "audit") == Outcome(0, [], [AGES_UNKNOWN, "findings: 0"])
    assert command(project.remove("tests/test_login.py"), "audit").out == [
        f"unused  {folder}/test_login/{name}  {NO_TEST_HAS_THIS_NAME}"
        for folder, suffix in (("cassettes", "yaml"), ("snapshots", "json"))
        for name in (f"@login.{suffix}", f"test_look.{suffix}")
    ]


@pytest.mark.parametrize("name", ROWS)
def test_a_finding_is_a_line_with_its_kind_its_place_and_what_to_do(good: Project, command: Command, name: str) -> None:
    """Whatever is wrong is all that is found; exit code 1, and nothing is mended behind one's back."""
    row = ROWS[name]

    found = command(row.change(good), "audit")

    assert found == Outcome(1, row.findings, [AGES_UNKNOWN, f"findings: {len(row.findings)}"])
    assert found.after.changed == []


LONG = "test_" + "x" * 250
LONG_FILE, SAY = file_name(LONG), "test_shop/test_say[[redacted]]"
PLANTED_IN = f"""
import pytest

def test_own(shop, snapshot):
    assert shop.get("/v1/items?limit=1").json() == snapshot
    assert {{"note": "none", "size": "x"}} == snapshot(name="facts")

def {LONG}(shop):
    shop.get("/v1/items?limit=2")

@pytest.mark.parametrize("word", [pytest.param(1, id="plain~word")])
def test_say(shop, word):
    shop.get("/v1/items?limit=3")
"""
PLANTED: dict[str, tuple[Callable[[Project], Project], list[str]]] = {
    "bytes": (
        lambda project: in_bytes(project, b"\x08\x96\xff" + KEY.encode() + b"\xff\xfe"),
        [
            f"{OWN}:2: 1. received  AWS Access Key: record again, rotate it",
            f"{OWN}:9: 1.  a field that is redacted today: record again",
        ],
    ),
    "bytes in UTF-16": (
        lambda project: in_bytes(project, b"\x08\x96\xff" + f"password={KEY[:15]}".encode("utf-16-le") + b"\xff\xfe"),
        [f"{OWN}:9: 1.  a field that is redacted today: record again"],
    ),
    "bytes that only look random": (
        lambda project: in_bytes(project, b"\x08\x96\xff q7Zt3mX9vL2kR8wB5nYcJ4hD6gFsP1eA0uTiO \xff\xfe"),
        [],
    ),
    "own value": (
        lambda project: project.edit(
            "snapshots/test_shop/test_own~facts.json", '"size": "x"', '"password": "Tr0ub4dor"'
        ),
        ["snapshots/test_shop/test_own~facts.json:3  a field that is redacted today: record again"],
    ),
    "own value, by form": (
        lambda project: project.edit("snapshots/test_shop/test_own~facts.json", "none", KEY),
        [
            "snapshots/test_shop/test_own~facts.json:2: note  AWS Access Key: record again, rotate it",
            "snapshots/test_shop/test_own~facts.json:2  a field that is redacted today: record again",
        ],
    ),
    "long name": (
        lambda project: project.edit(
            f"snapshots/test_shop/{LONG_FILE}.json", "item-0001", "sk-" + "abcdefghij123456789"
        ),
        [f"snapshots/test_shop/{LONG_FILE}.json:14  a field that is redacted today: record again"],
    ),
    "heading": (
        lambda project: project.edit(
            "snapshots/test_shop/test_own.json", '"cases": []', f'"cases": [\n    "{KEY}"\n  ]'
        ),
        [
            "snapshots/test_shop/test_own.json:5: cases  AWS Access Key: record again, rotate it",
            "snapshots/test_shop/test_own.json:5  a field that is redacted today: record again",
        ],
    ),
    "id and file name": (
        lambda project: renamed(project, "plain~word", KEY),
        [
            f"snapshots/{SAY}.json:3: test  AWS Access Key: record again, rotate it",
            f"snapshots/{SAY}.json:3  a field that is redacted today: record again",
            f"cassettes/{SAY}.yaml:1  a secret in the name of the file: record again, rotate it",
            f"snapshots/{SAY}.json:1  a secret in the name of the file: record again, rotate it",
            f"{TEST}:10: {TEST}::test_say[[redacted]]  a secret in the test's id: record again, rotate it",
        ],
    ),
}


def in_bytes(project: Project, raw: bytes) -> Project:
    """With an answer of bytes that its system declares opaque."""
    declared = project.configure('actor = "X-User"', 'actor = "X-User"\nopaque = ["application/x-protobuf"]')
    body = declared.golden(OWN).split("string: ")[1].split("\n    headers:")[0]
    packed = declared.edit(OWN, body, f"!!binary |\n        {base64.b64encode(raw).decode()}")
    return packed.edit(OWN, "application/json", "application/x-protobuf")


def renamed(project: Project, old: str, new: str) -> Project:
    """With another word in everything, file names included."""
    files = {path.replace(old, new): raw.replace(old.encode(), new.encode()) for path, raw in project.files.items()}
    return replace(project, files=files)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_found_with_file_and_line(shop: Project, command: Command, name: str) -> None:
    """Wherever it stands, and the finding does not show it."""
    plant, findings = PLANTED[name]
    recorded = shop.add(TEST, PLANTED_IN).recorded()

    found = command(plant(recorded), "audit")

    assert found.out == [f"secret  {one}" for one in findings]
    assert KEY not in "\n".join(found.out)


def test_goldens_of_a_long_name_and_own_values_can_be_half_or_unreadable(shop: Project, command: Command) -> None:
    """As any other."""
    recorded = shop.add(TEST, PLANTED_IN).recorded()
    own = "snapshots/test_shop/test_own~facts.json"

    found = command(recorded.remove(f"cassettes/test_shop/{LONG_FILE}.yaml").edit(own, "}", ""), "audit")

    assert found.out == [
        f"unrecorded  {TEST}::{LONG}  goldtape record {TEST}::{LONG}",
        f"unreadable  {own}:5  not JSON: Expecting ',' delimiter",
        f"half  snapshots/test_shop/{LONG_FILE}.json  it has no cassette: record the test again",
    ]


def test_a_good_project_has_no_findings(good: Project, command: Command) -> None:
    """Nothing on stdout; exit code 0."""
    assert command(good, "audit") == Outcome(0, [], [AGES_UNKNOWN, "findings: 0"])


def test_a_golden_that_was_not_recorded_for_long_is_old(good: Project, command: Command) -> None:
    """By the day of its last commit; the limit is 180 days, or what the table says."""
    gone = "cassettes/test_shop/test_gone.yaml"
    first = committed(good.add(gone, good.files[OWN]), days=400)
    second = committed(first.remove(gone), days=390)
    project = committed(second.add(CASSETTE, good.files[CASSETTE] + b"\n"), days=10)

    found = command(project, "audit")

    assert found == Outcome(
        1, [f"old  {OWN}  recorded 400 days ago, the limit is 180: verify or record"], ["findings: 1"]
    )

    patient = project.configure("[tool.goldtape.s", "[tool.goldtape]\nmax-age-days = 400\n\n[tool.goldtape.s")

    assert command(patient, "audit") == Outcome(0, [], ["findings: 0"])


def test_cases_that_cannot_be_read_are_wrong_use(good: Project, command: Command) -> None:
    """Without the cases nobody knows which test lacks one; exit code 2."""
    refused = command(good.add("tests/cases.toml", CASES + CASES), "audit")

    file = good.path / "tests/cases.toml"
    assert refused == Outcome(2, [], [f"{file}: case 'shop/ask' stands in {file} too"])


def test_every_kind_of_finding_has_a_row() -> None:
    """A kind that no test has seen is no check."""
    kinds = set(re.findall(r'Finding\(\s*"([a-z ]+)"', inspect.getsource(audit)))

    assert kinds == ROWS.keys() | {"old"}


def committed(project: Project, days: int) -> Project:
    """The project as a git checkout, committed so many days ago."""
    project.write()
    date = f"{int(time.time()) - days * 24 * 60 * 60} +0000"
    identity = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@shop.test", "GIT_AUTHOR_DATE": date}
    identity |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in identity.items()}
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=goldens"]):
        subprocess.run(["git", *words], cwd=project.path, env=os.environ | identity, check=True)
    return project.found()
