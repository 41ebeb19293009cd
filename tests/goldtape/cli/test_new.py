"""`goldtape new`: the files that a test, a system or a project begins with; nothing that exists is overwritten."""

from __future__ import annotations

import pytest

from ..stories.project import Project
from .command import Command, Outcome

NEW_TEST = '''\
"""shop: gift-wrapped."""

import httpx
import pytest


@pytest.mark.case("shop/gift-wrapped")
def test_gift_wrapped(shop: httpx.Client) -> None:
    """State here in one sentence what must hold."""
    response = shop.get("/")

    assert response.status_code == 200
'''
NEW_ASYNC_TEST = (
    NEW_TEST.replace("def test_", "async def test_")
    .replace("httpx.Client", "httpx.AsyncClient")
    .replace("shop.get", "await shop.get")
)
NEW_CASE = """\
[[case]]
id = "shop/gift-wrapped"
test = "test_gift_wrapped.py::test_gift_wrapped"
must = "state here what must hold"
"""
OTHER_CASE = """\
[[case]]
id = "shop/other"
test = "test_other.py::test_other"
must = "hold"
"""
STORY = "tests/gift-cards/test_first_story.py"
FILE = "tests/shop/test_gift_wrapped.py"
WRITTEN = Outcome(0, [FILE, f"next: write the story in {FILE}, then: goldtape record {FILE}"], [])


@pytest.fixture
def suite(shop: Project) -> Project:
    """A project whose system has a folder with a fixture of its own."""
    return shop.add("tests/shop/conftest.py", shop.files["tests/conftest.py"]).remove("tests/conftest.py")


# ------------------------------------------------------------------ a test


def test_a_new_test_has_a_story_to_write_and_a_case(suite: Project, command: Command) -> None:
    """The test carries its case, and goldtape cases finds the two."""
    begun = command(suite, "new", "test", "shop", "gift-wrapped")

    assert begun == WRITTEN
    assert begun.after.changed == ["tests/shop/cases.toml", FILE]
    assert begun.after.golden(FILE) == NEW_TEST
    assert begun.after.golden("tests/shop/cases.toml") == NEW_CASE
    assert command(begun.after, "cases") == Outcome(
        0,
        [f"shop/gift-wrapped  {FILE}::test_gift_wrapped  none  never run here  never judged"],
        ["cases: 1 covered, 0 without a test"],
    )


def test_a_new_test_is_written_for_the_client_that_its_fixture_gives(suite: Project, command: Command) -> None:
    """An asynchronous fixture gives an asynchronous test."""
    conftest = "tests/shop/conftest.py"
    awaited = suite.edit(conftest, "def shop(", "def plain_shop(").edit(conftest, "def async_shop(", "def shop(")

    begun = command(awaited, "new", "test", "shop", "gift-wrapped")

    assert begun == WRITTEN
    assert begun.after.golden(FILE) == NEW_ASYNC_TEST


def test_the_fixture_may_stand_above_the_folder_of_the_system(shop: Project, command: Command) -> None:
    """A project with one conftest.py for all systems can begin a test too, and then the folder."""
    begun = command(shop, "new", "test", "shop", "gift-wrapped")

    assert begun == WRITTEN
    assert begun.after.golden(FILE) == NEW_TEST


def test_a_new_case_stands_below_the_others(suite: Project, command: Command) -> None:
    """One blank line between two, whatever the file ended in."""
    begun = command(suite.add("tests/shop/cases.toml", f"{OTHER_CASE}\n\n"), "new", "test", "shop", "gift-wrapped")

    assert begun == WRITTEN
    assert begun.after.golden("tests/shop/cases.toml") == f"{OTHER_CASE}\n{NEW_CASE}"


def test_a_case_that_waits_for_its_test_stays_as_it_is(suite: Project, command: Command) -> None:
    """The case came first: only the test that it names is written."""
    planned = suite.add("tests/shop/cases.toml", NEW_CASE.replace("state here what must hold", "wrap it"))

    begun = command(planned, "new", "test", "shop", "gift-wrapped")

    assert begun == WRITTEN
    assert begun.after.changed == [FILE]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(["shopp", "gift-wrapped"], "no system 'shopp'; valid: shop", id="unknown-system"),
        pytest.param(
            ["shop", "GiftWrapped"],
            "'GiftWrapped' is no name; use lower-case words joined by hyphens, like archived-item",
            id="no-name",
        ),
        pytest.param(
            ["shop", "told"], "{root}/tests/shop/test_told.py is there already; nothing was written", id="told"
        ),
        pytest.param(
            ["shop", "other"],
            "case 'shop/other' is there already, for test_others.py::test_one: {root}/tests/shop/cases.toml\n"
            "next: write that test, or choose another name",
            id="case-of-another-test",
        ),
    ],
)
def test_a_test_that_cannot_be_begun_is_wrong_use(
    suite: Project, command: Command, words: list[str], complaint: str
) -> None:
    """The message says why, and nothing was written."""
    cases = OTHER_CASE.replace("test_other.py::test_other", "test_others.py::test_one")
    project = suite.add("tests/shop/test_told.py", "").add("tests/shop/cases.toml", cases)

    refused = command(project, "new", "test", *words)

    assert refused == Outcome(2, [], complaint.format(root=suite.path).splitlines())
    assert refused.after.changed == []


# ------------------------------------------------------------------ a system


def test_a_new_system_has_a_table_a_fixture_a_test_and_a_case(shop: Project, command: Command) -> None:
    """What is left to do is said, and goldtape knows the system at once."""
    begun = command(shop, "new", "system", "gift-cards")

    assert begun == Outcome(
        0,
        [
            "pyproject.toml: [tool.goldtape.systems.gift-cards]",
            "tests/gift-cards/__init__.py",
            "tests/gift-cards/cases.toml",
            "tests/gift-cards/conftest.py",
            "tests/gift-cards/test_first_story.py",
            "next: say in [tool.goldtape.systems.gift-cards] how the service is started (or set GIFT_CARDS_URL), "
            "and put tests/gift-cards into testpaths",
            "next: write the story in tests/gift-cards/test_first_story.py, then: "
            "goldtape record tests/gift-cards/test_first_story.py",
        ],
        [],
    )
    assert begun.after.changed == [
        "pyproject.toml",
        "tests/gift-cards/__init__.py",
        "tests/gift-cards/cases.toml",
        "tests/gift-cards/conftest.py",
        "tests/gift-cards/test_first_story.py",
    ]
    assert begun.after.golden("pyproject.toml") == shop.golden("pyproject.toml") + (
        "\n[tool.goldtape.systems.gift-cards]\n"
        'host = "http://gift-cards.test"         # the only host that goldens ever know\n'
        'url-env = "GIFT_CARDS_URL"                # names a real deployment when it is set\n'
        '# serve = "python -m your.service --port {port}"    # started when it is not; ready when /healthz answers\n'
        '# actor = "X-User-Id"                               # the request header that says who is asking\n'
    )
    assert "def gift_cards(goldtape: Tape, tls: ssl.SSLContext)" in begun.after.golden("tests/gift-cards/conftest.py")
    assert command(begun.after, "cases") == Outcome(
        0,
        [f"gift-cards/first-story  {STORY}::test_first_story  none  never run here  never judged"],
        ["cases: 1 covered, 0 without a test"],
    )


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        pytest.param("shop", "[tool.goldtape.systems.shop] is there already", id="table"),
        pytest.param("kiosk", "{root}/tests/kiosk is there already; nothing was written", id="folder"),
        pytest.param(
            "9lives", "'9lives' is no name; use lower-case words joined by hyphens, like archived-item", id="no-name"
        ),
    ],
)
def test_a_system_that_cannot_be_begun_is_wrong_use(shop: Project, command: Command, name: str, complaint: str) -> None:
    """The message says why, and nothing was written."""
    refused = command(shop.add("tests/kiosk/notes.txt", ""), "new", "system", name)

    assert refused == Outcome(2, [], [complaint.format(root=shop.path)])
    assert refused.after.changed == []


# ------------------------------------------------------------------ a project


def test_a_new_project_is_a_service_a_test_and_a_table(shop: Project, command: Command) -> None:
    """Nothing is recorded yet; the line says how, with the folder as a shell takes it. `demo` records it."""
    begun = command(shop, "new", "project", "my shop")

    assert begun == Outcome(
        0, ["my shop", "next, in an environment with goldtape: cd 'my shop' && goldtape record"], []
    )
    assert begun.after.changed == [
        "my shop/.gitattributes",
        "my shop/.gitignore",
        "my shop/pyproject.toml",
        "my shop/service.py",
        "my shop/tests/orders/conftest.py",
        "my shop/tests/orders/test_orders.py",
    ]
    assert command(begun.after, "up", "shop", below="my shop").err == ["no system 'shop'; valid: orders"]


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [
        pytest.param("tests", "tests is there already; nothing was written", id="there"),
        pytest.param("service.py/new", "[Errno 20] Not a directory: 'service.py/new'", id="below-a-file"),
    ],
)
def test_a_project_that_cannot_be_begun_is_wrong_use(
    shop: Project, command: Command, folder: str, complaint: str
) -> None:
    """The message names the folder, and nothing was written."""
    refused = command(shop, "new", "project", folder)

    assert refused == Outcome(2, [], [complaint])
    assert refused.after.changed == []


# ------------------------------------------------------------------ wrong use


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param([], ["usage: goldtape new [-h] KIND ...", "goldtape new: error: {}: KIND"], id="no-kind"),
        pytest.param(
            ["test", "shop"],
            ["usage: goldtape new test [-h] system name", "goldtape new test: error: {}: name"],
            id="no-name",
        ),
        pytest.param(
            ["system"], ["usage: goldtape new system [-h] name", "goldtape new system: error: {}: name"], id="no-system"
        ),
        pytest.param(
            ["project"],
            ["usage: goldtape new project [-h] folder", "goldtape new project: error: {}: folder"],
            id="no-folder",
        ),
    ],
)
def test_what_is_missing_is_named(shop: Project, command: Command, words: list[str], complaint: list[str]) -> None:
    """Every kind says what it takes."""
    required = "the following arguments are required"

    assert command(shop, "new", *words) == Outcome(2, [], [line.format(required) for line in complaint])
