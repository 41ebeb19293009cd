"""naming: every test has a file of its own, and its name can be read back from the file's."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.goldens.naming import NamesCollide, file_name, golden_name, owner, refuse_collisions, suffixed

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        pytest.param("tests/shop/test_order.py::test_buy", "shop/test_order/test_buy", id="function"),
        pytest.param("tests/shop/test_order.py::TestCart::test_buy", "shop/test_order/TestCart.test_buy", id="class"),
        pytest.param("tests/test_order.py::test_buy", "test_order/test_buy", id="no-folder"),
        pytest.param("checks/test_order.py::test_buy", "checks/test_order/test_buy", id="outside-tests"),
        pytest.param("tests/shop/test_a.b.py::test_buy", "shop/test_a.b/test_buy", id="dot-in-module"),
        pytest.param("tests/test_t.py::test_x[two words]", "test_t/test_x[two words]", id="space"),
        pytest.param("tests/test_t.py::test_x[a::b.c]", "test_t/test_x[a%3A%3Ab.c]", id="colons-in-parameter"),
        pytest.param("tests/test_t.py::test_x[é]", "test_t/test_x[%C3%A9]", id="non-ascii"),
    ],
)
def test_golden_name_of_nodeid_mirrors_folder_module_and_test(nodeid: str, name: str) -> None:
    """Below cassettes/ and snapshots/ the goldens lie as their tests do below tests/."""
    assert golden_name(nodeid, "tests") == PurePosixPath(name)


def test_file_name_of_similar_parameters_are_distinct_files() -> None:
    """The four ids that stock pytest-recording puts into one file lie in four."""
    names = [file_name(f"test_x[a{mark}b]") for mark in "/:?*"]

    assert len(set(names)) == 4
    assert all("/" not in name for name in names)


@pytest.mark.parametrize("reserved", ["/", "\\", ":", "*", "?", '"', "<", ">", "|", "\n", "\0"])
def test_file_name_of_reserved_character_is_legal_everywhere(reserved: str) -> None:
    """No character that a file system refuses gets into a name."""
    assert reserved not in file_name(f"test_x[a{reserved}b]")


@QUICK
@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_file_name_of_any_parameter_can_be_read_back(parameter: str) -> None:
    """Quoting loses nothing, so distinct tests have distinct names."""
    assert unquote(file_name(f"test_x[{parameter}]")) == f"test_x[{parameter}]"


def test_file_name_of_long_parameters_are_short_and_distinct() -> None:
    """A name too long for a file system is cut, and a digest of the whole keeps it apart from its like."""
    first, second = file_name(f"test_x[{'a' * 300}1]"), file_name(f"test_x[{'a' * 300}2]")

    assert first != second
    assert max(len(first), len(second)) <= 200
    assert first.startswith("test_x[aaa")


def test_refuse_collisions_case_folds_together_names_both_tests() -> None:
    """Two tests that a case-folding file system would give one file are refused, and both are named."""
    named = [(nodeid, golden_name(nodeid, "tests")) for nodeid in ("tests/t.py::test_x[A]", "tests/t.py::test_x[a]")]

    with pytest.raises(NamesCollide) as refused:
        refuse_collisions(named)

    assert "tests/t.py::test_x[A]" in str(refused.value)
    assert "tests/t.py::test_x[a]" in str(refused.value)


def test_refuse_collisions_distinct_names_passes() -> None:
    """A test that is collected twice, and tests with names of their own, collide with nobody."""
    nodeids = ["tests/t.py::test_x[a]", "tests/t.py::test_x[b]", "tests/u.py::test_x[a]", "tests/t.py::test_x[a]"]

    refuse_collisions((nodeid, golden_name(nodeid, "tests")) for nodeid in nodeids)


def test_suffixed_name_with_a_dot_keeps_it() -> None:
    """The suffix is appended; what stands behind a dot in a test's own name stays."""
    path = suffixed(Path("cassettes"), PurePosixPath("shop/test_order/TestCart.test_buy[1.5]"), ".yaml")

    assert path == Path("cassettes/shop/test_order/TestCart.test_buy[1.5].yaml")


LONG = file_name("test_" + "x" * 300)
PARAMETERS = file_name("test_x[" + "é~" * 100 + "]")


@pytest.mark.parametrize("test", ["test_x", "test_x[a]", "test_x[a~b]", "test_x[~]", LONG, PARAMETERS])
def test_the_owner_of_a_snapshot_is_the_test_that_compares_it(test: str) -> None:
    """A transcript is its own, whatever its name; a value of the test lies beside it, under a number or a name."""
    whole = Path("snapshots/shop") / f"{test}.json"

    assert owner(whole) == whole
    for suffix in ("1", "rows", "a%2Fb%7Ec", "0123456789ab"):
        assert owner(whole.with_name(f"{test}~{suffix}.json")) == whole
