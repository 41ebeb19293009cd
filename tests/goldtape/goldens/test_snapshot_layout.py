"""snapshot_layout: what is one line of a snapshot, and that nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldtape.goldens.snapshot_layout import text

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANY = st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one))


@given(ANY)
def test_the_text_says_the_value(value: Any) -> None:
    """All of it, in the order of its fields."""
    written = text(value)

    assert json.dumps(json.loads(written)) == json.dumps(value)
    assert written.rstrip("\n") + "\n" == written


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        pytest.param(1, ["1"], id="plain"),
        pytest.param({}, ["{}"], id="nothing"),
        pytest.param({"a": "é"}, ['{"a": "é"}'], id="one-fact"),
        pytest.param({"a": []}, ['{"a": []}'], id="one-empty-list"),
        pytest.param({"a": 1, "b": 2}, ["{", '  "a": 1,', '  "b": 2', "}"], id="two-facts"),
        pytest.param([1, "b"], ["[", "  1,", '  "b"', "]"], id="plain-items"),
        pytest.param([{"a": 1, "b": []}, {"a": 2}], ["[", '  {"a": 1, "b": []},', '  {"a": 2}', "]"], id="rows"),
        pytest.param([[1, 2], [3]], ["[", "  [1, 2],", "  [3]", "]"], id="lists-in-a-list"),
        pytest.param(
            [{"a": {"b": 1}, "c": 2}],
            ["[", "  {", '    "a": {"b": 1},', '    "c": 2', "  }", "]"],
            id="item-with-more-in-it",
        ),
        pytest.param([[[1]]], ["[", "  [", "    [1]", "  ]", "]"], id="deeper"),
    ],
)
def test_a_fact_is_a_line_and_so_is_a_row(value: Any, lines: list[str]) -> None:
    """An item of plain values is a row; so is an object with one of them."""
    assert text(value).splitlines() == lines
