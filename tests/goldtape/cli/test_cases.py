"""`goldtape cases`: which test covers which case, whether its goldens are there, how it last went."""

from __future__ import annotations

import json

import pytest

from ..stories.project import SHOP_URL, Project
from .command import Command, Outcome

TESTS = """
import pytest

@pytest.mark.case("shop/ask", "shop/more")
def test_ask(shop):
    shop.get("/v1/items?limit=1")

@pytest.mark.case("shop/more")
@pytest.mark.parametrize("number", [2, 3])
def test_more(shop, number):
    shop.get(f"/v1/items?limit={number}")
"""
ASK = """
[[case]]
id = "shop/ask"
test = "test_shop.py::test_ask"
must = "the shop answers"
"""
MORE = ASK.replace("ask", "more")
RULE = "[[rule]]\nid = 'shop/r'\nsection = '1'\nmust = 'x'\n"
PAY = ASK.replace("ask", "pay")


@pytest.fixture
def recorded(shop: Project) -> Project:
    """Three tests that carry two cases, recorded."""
    return shop.add("tests/test_shop.py", TESTS).add("tests/cases.toml", ASK + MORE).recorded()


def test_every_pair_of_case_and_test_is_a_line(recorded: Project, command: Command) -> None:
    """Case, test, which goldens there are, and how and in which mode the test last went here; exit code 0."""
    project = recorded.remove("cassettes/test_shop/test_more[2].yaml", "snapshots/test_shop/test_more[3].json")

    shown = command(project, "cases")

    assert shown == Outcome(
        0,
        [
            "shop/ask   tests/test_shop.py::test_ask      both      passed (record)  never judged",
            "shop/more  tests/test_shop.py::test_ask      both      passed (record)  never judged",
            "shop/more  tests/test_shop.py::test_more[2]  snapshot  passed (record)  never judged",
            "shop/more  tests/test_shop.py::test_more[3]  cassette  passed (record)  never judged",
        ],
        ["cases: 2 covered, 0 without a test"],
    )
    assert shown.after.changed == []


def test_a_case_without_a_test_is_exit_code_1(recorded: Project, command: Command) -> None:
    """Its line has no goldens; a test that was never recorded, and never ran here, has none either."""
    cloned = recorded.add("tests/cases.toml", PAY + ASK).remove(*recorded.goldens, ".goldtape/results.json")

    shown = command(cloned, "cases")

    assert shown == Outcome(
        1,
        [
            "shop/pay  no test                       -     -               -",
            "shop/ask  tests/test_shop.py::test_ask  none  never run here  never judged",
        ],
        ["cases: 1 covered, 1 without a test"],
    )


def test_the_last_run_of_a_test_is_shown_not_the_best(recorded: Project, command: Command) -> None:
    """A replay that failed stands there until the test runs again; what it did not run keeps its line."""
    failed = recorded.edit("tests/test_shop.py", "limit=1", "limit=4").replay("-k", "ask")

    shown = command(failed, "cases")

    assert [line.split("  ")[-2] for line in shown.out] == [
        "failed (replay)",
        "failed (replay)",
        "passed (record)",
        "passed (record)",
    ]


def test_json_holds_the_same_facts(recorded: Project, command: Command) -> None:
    """Rows of cases and of rules; the count stays on stderr."""
    shown = command(recorded.add("tests/cases.toml", ASK + PAY), "cases", "--json")

    assert (shown.code, shown.err) == (1, ["cases: 1 covered, 1 without a test"])
    assert json.loads("\n".join(shown.out)) == {
        "cases": [
            {
                "case": "shop/ask",
                "test": "tests/test_shop.py::test_ask",
                "goldens": "both",
                "last": "passed (record)",
                "judged": "never judged",
            },
            {"case": "shop/pay", "test": "no test", "goldens": "-", "last": "-", "judged": "-"},
        ],
        "rules": [],
    }


def test_what_was_judged_last_stands_beside_the_last_outcome(recorded: Project, command: Command) -> None:
    """Neither a judged run nor another one forgets what the other has kept."""
    judged = recorded.edit("tests/test_shop.py", 'limit=1")', 'limit=1").json()["none"]')
    judged = judged.run("--live", "--against=plan", "-k", "ask or 2").replay("-k", "3")

    shown = command(judged, "cases")

    assert [line.split("  ")[-2:] for line in shown.out] == [
        ["passed (record)", f"deviates at {SHOP_URL}"],
        ["passed (record)", f"deviates at {SHOP_URL}"],
        ["passed (record)", f"conforms at {SHOP_URL}"],
        ["passed (replay)", "never judged"],
    ]


def test_rules_stand_below_the_cases(recorded: Project, command: Command) -> None:
    """Each with its section, and its test or the reason for none."""
    rules = """
[[rule]]
id = "shop/limit"
section = "4.2"
must = "no more items are listed than are asked for"
test = "test_shop.py::test_more"

[[rule]]
id = "shop/last"
section = "5"
must = "the last item is listed too"
untested = "nobody knows it"
"""
    shown = command(recorded.add("tests/cases.toml", ASK + MORE + rules), "cases")

    assert shown.out[4:] == [
        "shop/limit  4.2  test_shop.py::test_more",
        "shop/last   5    untested: nobody knows it",
    ]
    assert (shown.code, shown.err[1]) == (0, "rules: 1 with a test, 1 untested")


def test_a_project_without_cases_has_nothing_to_show(shop: Project, command: Command) -> None:
    """No line on stdout, and no complaint."""
    none = Outcome(0, [], ["cases: 0 covered, 0 without a test"])

    assert command(shop.add("tests/test_shop.py", TESTS), "cases") == none


def test_tests_that_pytest_cannot_collect_are_wrong_use(shop: Project, command: Command) -> None:
    """What pytest said of them stands below."""
    refused = command(shop.add("tests/test_shop.py", "import nowhere\n"), "cases")

    assert (refused.code, refused.out) == (2, [])
    assert refused.err[0] == "pytest could not collect the tests:"
    assert "E   ModuleNotFoundError: No module named 'nowhere'" in refused.err
    assert refused.after.changed == []


def test_tests_that_the_project_deselects_are_tests_all_the_same(recorded: Project, command: Command) -> None:
    """`-k` or `-m` in the project's own addopts is about runs, not about what there is."""
    choosy = recorded.configure('addopts = "', "addopts = \"-m 'not slow' -k more ")

    assert command(choosy, "cases").err == ["cases: 2 covered, 0 without a test"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("[[case]\n", "{file} is not readable TOML: ", id="no-toml"),
        pytest.param(b"# caf\xe9\n", "{file} is not readable TOML: ", id="not-utf-8"),
        pytest.param(ASK + ASK, "{file}: case 'shop/ask' stands in {file} too", id="twice"),
        pytest.param(
            "[[case]]\nid = 'shop/ask'\nmust = 1\n",
            "{file}: a case lacks test, must: {{'id': 'shop/ask', 'must': 1}}",
            id="keys-missing",
        ),
        pytest.param(
            ASK.replace("[[case]]", "[case]"),
            "{file}: case is {{'id': 'shop/ask', 'test': 'test_shop.py::test_ask', 'must': 'the shop answers'}}; "
            "expected rows under [[case]]",
            id="no-rows",
        ),
        pytest.param(
            "[[rule]]\nid = 'shop/r'\nmust = 'x'\n",
            "{file}: a rule lacks section: {{'id': 'shop/r', 'must': 'x'}}",
            id="rule-without-section",
        ),
        pytest.param(RULE + RULE, "{file}: rule 'shop/r' stands in {file} too", id="rule-twice"),
        pytest.param(
            RULE + "test = 'test_shop.py'\nuntested = 'why'\n",
            "{file}: rule 'shop/r' has test 'test_shop.py' and untested 'why'; expected one text",
            id="rule-with-both",
        ),
        pytest.param("case = ['shop/ask']\n", "{file}: a case lacks id, test, must: 'shop/ask'", id="row-is-a-text"),
    ],
)
def test_a_file_of_cases_that_cannot_be_used_is_wrong_use(
    recorded: Project, command: Command, text: str | bytes, complaint: str
) -> None:
    """The message names the file and what is wrong in it."""
    refused = command(recorded.add("tests/cases.toml", text), "cases")

    assert (refused.code, refused.out, len(refused.err)) == (2, [], 1)
    assert refused.err[0].startswith(complaint.format(file=recorded.path / "tests/cases.toml"))
