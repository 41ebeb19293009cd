"""The selftest: every check of the engine fires once, alone, and in a good project none does.

A check is known by the words that it alone uses. What there is to check is read from the engine itself, so that a new
fault, change, report or error without a row here fails `test_everything_that_finds_fault_has_a_row`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import get_args

import pytest

import goldtape
from goldtape.cassette import faults
from goldtape.goldens.transcript import FORMAT
from goldtape.verdict import difference, explain

from .project import PYPROJECT, Project

ASK = """
import socket

def test_ask(shop):
    shop.post("/v1/carts", json={"name": "birthday"})
"""
TEST, CASSETTE, SNAPSHOT = (
    "tests/test_shop.py",
    "cassettes/test_shop/test_ask.yaml",
    "snapshots/test_shop/test_ask.json",
)
SLOTS = explain.Explainer.__slots__
Row = Callable[[Project], Project]
ROWS: dict[str, Row] = {}
WORDS: dict[str, str] = {}
"""Check -> the pattern of the words that it alone uses."""
COVERED: set[str] = set()
"""The parts of the engine that the rows make fire."""


def row(name: str, words: str, *parts: str) -> Callable[[Row], Row]:
    """Enter a function as the row of a check: it is given the recorded project and gives the failed one."""

    def enter(function: Row) -> Row:
        ROWS[name], WORDS[name] = function, words
        COVERED.update(parts)
        return function

    return enter


def there_is() -> Iterator[str]:
    """Everything in the engine that can find fault: kinds of faults and differences, reports, errors."""
    yield from (fault.__name__ for fault in get_args(faults.Fault))
    yield from get_args(difference.Kind)
    yield from (f"Change.{change.name}" for change in difference.Change)
    yield from (f"Explainer.{name}" for name in vars(explain.Explainer) if name[0] != "_" and name not in SLOTS)
    for module in pkgutil.walk_packages(goldtape.__path__, "goldtape."):
        for name, found in vars(importlib.import_module(module.name)).items():
            is_error = isinstance(found, type) and issubclass(found, Exception)
            if is_error and found.__module__ == module.name and not name.startswith("_"):
                yield name


def with_body(project: Project, body: str) -> Project:
    """With another test, under the same name."""
    return project.add(TEST, f"import socket\n\n{body}\n")


@row("unmatched", r"^  nearest: interaction 1 of ", "Unmatched", "Explainer.fault", "UnmatchedRequest")
def _(good: Project) -> Project:
    return good.edit(TEST, '"birthday"', '"wedding"').replay()


@row("exhausted", r"^  it was recorded, but sent more often than recorded")
def _(good: Project) -> Project:
    return good.add(TEST, ASK + ASK.splitlines()[-1] + "\n").replay()


@row("unplayed", r"^1 of 1 recorded interactions were not played$", "Unplayed")
def _(good: Project) -> Project:
    return with_body(good, "def test_ask(shop):\n    pass").replay()


@row("out of order", r"^the test sends its requests in another order than ", "OutOfOrder")
def _(good: Project) -> Project:
    asks = [f'    shop.post("/v1/carts", json={{"name": "{name}"}})\n' for name in ("first", "second")]
    recorded = with_body(good, "def test_ask(shop):\n" + "".join(asks)).record()
    return with_body(recorded, "def test_ask(shop):\n" + "".join(reversed(asks))).replay()


@row("not recorded", r": never recorded, or deleted since", "Explainer.not_recorded")
def _(good: Project) -> Project:
    return good.remove(CASSETTE, SNAPSHOT).replay()


@row("network blocked", r"NetworkBlocked: replay: no network, and 192\.0\.2\.1:80 was asked for$", "NetworkBlocked")
def _(good: Project) -> Project:
    body = "def test_out(goldtape):\n    with socket.socket() as it:\n        it.connect(('192.0.2.1', 80))"
    return with_body(good, body).replay()


@row("foreign address", r"NetworkBlocked: live run: 192\.0\.2\.1:80 is not a target")
def _(good: Project) -> Project:
    body = "def test_out(goldtape):\n    with socket.socket() as it:\n        it.connect(('192.0.2.1', 80))"
    return with_body(good, body).verify()


@row("no target", r"^shop has no address: NOWHERE_URL is not set", "TargetError")
def _(good: Project) -> Project:
    return good.configure('url-env = "SHOP_URL"', 'url-env = "NOWHERE_URL"').verify()


@row("no start", r"^shop: the local service did not start: it ended with exit code 3$", "StartError")
def _(good: Project) -> Project:
    served = 'url-env = "NOWHERE_URL"\nserve = "python -c raise(SystemExit(3))"'
    return good.configure('url-env = "SHOP_URL"', served).verify()


@row("silent", r" sent nothing through its tape$", "Explainer.silent")
def _(good: Project) -> Project:
    return with_body(good, "def test_ask(shop):\n    pass").record()


@row("nothing to start it with", r"^shop cannot be started here: smbd is not installed$", "Missing")
def _(good: Project) -> Project:
    start = "def running(environ):\n    raise Missing('smbd is not installed')\n"
    stack = f"from goldtape.live.process import Missing\n\n{start}"
    served = 'url-env = "NOWHERE_URL"\nserve = "python -c pass"\nstack = ["lacking:running"]'
    return good.add("lacking.py", stack).configure('url-env = "SHOP_URL"', served).run("--live=require")


@row("last exchange", r"^the last exchange was 1\. POST /v1/carts$", "Explainer.last_exchange")
def _(good: Project) -> Project:
    return with_body(good, ASK.replace("test_ask", "test_new") + "    assert False").record()


@row("unanswered", r" got neither a response nor an error of the client:$", "Unanswered")
def _(good: Project) -> Project:
    broken = good.change_service('cart = {"id"', 'raise KeyError("stopped")\n    cart = {"id"')
    body = """
import pytest

def test_ask(shop):
    with pytest.raises(KeyError):
        shop.post("/v1/carts")
"""
    return with_body(broken, body).record()


@row("secret found", r" was not recorded: 1 value\(s\) look like secrets$", "SecretFound")
def _(good: Project) -> Project:
    return good.change_service(
        '"items": [], ', '"items": [], "note": "q7Zt3mX9vL2kR8wB5nYc" + "J4hD6gFsP1eA0uTiO", '
    ).record()


@row("opaque body", r" was not recorded: 1 body cannot be read, ", "OpaqueBody")
def _(good: Project) -> Project:
    packed = "return httpx.Response(200, content=bytes(9), headers={'Content-Type': 'application/zip'})"
    return good.change_service("return stamped(cart, 201)", packed).record()


@row("secret in a name", r"^the test's id holds a secret, and goldens would show it: ", "SecretInName")
def _(good: Project) -> Project:
    body = "import pytest\n\n@pytest.mark.parametrize('how', ['password=Tr0ub4dor'])\ndef test_ask(shop, how):\n    "
    return with_body(good, body + 'shop.post("/v1/carts", json={"name": "birthday"})').record()


@row(
    "another type",
    r'^  breaking   1\. .* expected "birthday", got 7$',
    "Change.RETYPED",
    "breaking",
    "Explainer.differences",
    "Explainer.facts",
)
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'name': 7}, 201)").verify()


@row("flip", r"^  breaking   1\. .* answers 403 where it answered 201$", "Change.FLIPPED")
def _(good: Project) -> Project:
    return good.change_service(
        "return stamped(cart, 201)", "cart['etag'] = 'x'\n    return stamped(cart, 403)"
    ).verify()


@row("relation", r"^  breaking   1\. .* received\.etag   now equal to headers\.etag$", "Change.RELATED")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, '"etag": "<etag-1>"', '"etag": "<etag-2>"').replay()


@row("text", r'^  changed   1\. .* received-text\[1\]   new: "b"$', "Change.REWRITTEN")
def _(good: Project) -> Project:
    texts = good.change_service("return stamped(cart, 201)", "return httpx.Response(201, text='a\\nc')").record()
    return texts.change_service("a\\nc", "a\\nb\\nc").verify()


@row("new", r"^  additive   1\. .* received\.new   new: 1$", "Change.NEW", "additive")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'new': 1}, 201)").verify()


@row("another value", r'^  changed   1\. .* expected "birthday", got "x"$', "Change.CHANGED", "changed")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'name': 'x'}, 201)").verify()


@row("gone", r"^  breaking   1\. .* received\.name   expected \"birthday\", it is gone$", "Change.GONE")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "del cart['name']\n    return stamped(cart, 201)").verify()


@row("no answer", r'^  breaking   1\. .* status   expected 201, got "no answer: ConnectError"$')
def _(good: Project) -> Project:
    silent = good.change_service('cart = {"id"', 'raise httpx.ConnectError("refused")\n    cart = {"id"')
    catching = ASK.replace("    shop", "    with contextlib.suppress(Exception):\n        shop")
    return silent.add(TEST, "import contextlib\n" + catching).verify()


@row("renamed", r"^  breaking   1\. .* received\.name   renamed to 'title'$", "Change.RENAMED")
def _(good: Project) -> Project:
    renamed = "cart['title'] = cart.pop('name')\n    return stamped(cart, 201)"
    return good.change_service("return stamped(cart, 201)", renamed).verify()


LIST = 'def test_ask(shop):\n    shop.get("/v1/items?limit={}")'


@row("reordered", r"^  changed   1\. .* the same 2 items in another order, from \[0\] on$", "Change.REORDERED")
def _(good: Project) -> Project:
    recorded = with_body(good, LIST.format(2)).record()
    return recorded.change_service("for n in range(number)]", "for n in reversed(range(number))]").verify()


@row("resized", r"^  changed   1\. .* a large body changed: sha256 ", "Change.RESIZED")
def _(good: Project) -> Project:
    recorded = with_body(good, LIST.format(3000)).record()
    return recorded.change_service('"stock": n % 7', '"stock": n % 8').verify()


@row("heading", r"^  changed   the snapshot's heading ")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, '"cases": []', '"cases": ["gone"]').replay()


@row("layout", r"/test_ask\.json:1: not in goldtape's own layout, ")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, '{\n  "goldtape"', '{"goldtape"').replay()


@row("own snapshot", r"^E +assert \[\+ received\] == \[- snapshot\]$")
def _(good: Project) -> Project:
    own = "def test_own(snapshot):\n    assert {'a': 1} == snapshot"
    return with_body(good, own).add("snapshots/test_shop/test_own~1.json", '{\n  "a": 2\n}\n').replay()


@row("unreadable cassette", r"/test_ask\.yaml:1: the file is empty$", "UnreadableGolden")
def _(good: Project) -> Project:
    return good.add(CASSETTE, b"").replay()


@row("unreadable snapshot", r"/test_ask\.json:1: the file is empty$")
def _(good: Project) -> Project:
    return good.add(SNAPSHOT, b"").replay()


@row("old snapshot", r"/test_ask\.json:2: format version 1, this goldtape reads ", "OldGolden")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, f'"goldtape": {FORMAT}', '"goldtape": 1').replay()


@row("not writable", r"/commit\.lock: Is a directory; no golden of the test was changed$", "CommitError")
def _(good: Project) -> Project:
    locked_out = good.remove(".goldtape/commit.lock").add(".goldtape/commit.lock/x", b"")
    return locked_out.change_service('"items": []', '"items": [1]').record()


@row("unknown system", r"no system 'shopp' in \[tool\.goldtape\.systems\]")
def _(good: Project) -> Project:
    return with_body(good, "def test_misspelt(goldtape):\n    goldtape.url('shopp')").replay()


@row("never so", r"AssertionError: still not so after 0\.01 s; ")
def _(good: Project) -> Project:
    body = """
async def test_never(goldtape, async_shop):
    async def ask():
        return (await async_shop.get("/v1/items?limit=1")).status_code

    await goldtape.eventually(ask, lambda status: status == 201, timeout_s=0.01, every_s=0.001)
"""
    return with_body(good, body).record()


@row("unrecorded in replay", r"RuntimeError: unrecorded requests need a service")
def _(good: Project) -> Project:
    return with_body(good, "def test_tidy(goldtape):\n    with goldtape.unrecorded():\n        pass").replay()


@row("rewrite without live", r"^ERROR: --record-mode=rewrite needs --live ", "WrongUse")
def _(good: Project) -> Project:
    return good.run("--record-mode=rewrite")


@row("unknown record mode", r"^ERROR: --record-mode=all: goldtape knows `rewrite` only")
def _(good: Project) -> Project:
    return good.run("--record-mode=all")


@row("not judged", r"^  not judged  .* answered 404 where the test arranges: ", "NotJudged")
def _(good: Project) -> Project:
    body = 'from goldtape import arranged\n\ndef test_ask(shop):\n    arranged(shop.get("/nowhere"))'
    return with_body(good, body).run("--live", "--against=plan")


@row("deviates", r"^  deviates    .*exchange 1, POST /v1/carts answered 201: assert 201 == 200")
def _(good: Project) -> Project:
    asserting = ASK.replace("    shop", "    answered = shop") + "    assert answered.status_code == 200\n"
    return good.add(TEST, asserting).run("--live", "--against=plan")


@row("not cleaned up", r"^  clean-up    ")
def _(good: Project) -> Project:
    leaving = "import pytest\n\n@pytest.fixture\ndef left():\n    yield\n    assert False\n"
    return good.add(TEST, leaving + ASK.replace("(shop)", "(left, shop)")).run("--live", "--against=plan")


@row("report of the plan", r"^ERROR: --plan-report is about a judged run$")
def _(good: Project) -> Project:
    return good.run("--plan-report=verdict.json")


@row("update of snapshots", r"^ERROR: snapshots come out of a recording, not out of a replay$")
def _(good: Project) -> Project:
    return good.run("--snapshot-update")


@row("bad table", r"^ERROR: \[tool\.goldtape\.systems\.shop\] has an unknown key 'acter'", "ConfigError")
def _(good: Project) -> Project:
    return good.configure('actor = "X-User"', 'acter = "X-User"').replay()


@row("no table", r"the goldtape fixture needs a \[tool\.goldtape\] table in pyproject\.toml")
def _(good: Project) -> Project:
    bare = good.edit("pyproject.toml", PYPROJECT[: PYPROJECT.index("[tool.pytest")].lstrip(), "")
    return with_body(bare.add("tests/conftest.py", ""), "def test_taped(goldtape):\n    pass").replay()


@row("collision", r"^ERROR: two tests would share the goldens test_shop/test_ASK$", "NamesCollide")
def _(good: Project) -> Project:
    return good.add(TEST, ASK + ASK.replace("test_ask", "test_ASK")).replay()


def test_everything_that_finds_fault_has_a_row() -> None:
    """A new fault, change, report or error takes a row here, in which it fires."""
    assert sorted(COVERED) == sorted(set(there_is()))


@pytest.mark.parametrize("name", ROWS)
def test_a_check_fires_and_no_other(shop: Project, name: str) -> None:
    """The row's project fails, in the words of its check and of no other; the goldens stay as they were."""
    good = shop.add(TEST, ASK).recorded()

    failed = ROWS[name](good)

    assert failed.exit_code != 0
    assert fired(failed) == [name]
    assert not [path for path in failed.changed if path.startswith(("cassettes/", "snapshots/"))]


def test_no_check_fires_in_a_good_project(shop: Project) -> None:
    """Recorded, replayed, verified and recorded again: nothing to report."""
    good = shop.add(TEST, ASK).recorded()

    for project in (good, good.replay(), good.verify(), good.record()):
        assert project.exit_code == 0
        assert fired(project) == []


def fired(project: Project) -> list[str]:
    """The checks whose words stand in what the last command showed."""
    return [name for name, words in WORDS.items() if any(re.search(words, line) for line in project.lines)]
