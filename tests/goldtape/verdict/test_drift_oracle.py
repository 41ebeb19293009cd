"""drift beside deepdiff: another comparison of JSON values, by other hands, finds the same."""

from __future__ import annotations

import re
from typing import Any

from deepdiff import DeepDiff
from hypothesis import given, settings
from hypothesis import strategies as st

from goldtape.goldens.transcript import Transcript
from goldtape.verdict.difference import Change
from goldtape.verdict.drift import compare

QUICK = settings(max_examples=150, deadline=None, derandomize=True)

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, "", "a", "1"])
NAMES = st.sampled_from(["id", "name", "total", "note"])
OBJECTS = st.recursive(SCALARS, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


def transcript(received: Any) -> Transcript:
    one = {"request": "GET /", "status": 200, "received": {"body": received}}
    return {"goldtape": 2, "test": "t", "cases": [], "exchanges": [one]}


def by_deepdiff(before: Any, after: Any) -> set[str]:
    """The paths of deepdiff's differences, spelled as drift spells them."""
    found = DeepDiff({"body": before}, {"body": after}, threshold_to_diff_deeper=0, ignore_private_variables=False)
    paths = [path for differences in found.values() for path in differences]
    return {"received" + re.sub(r"\['(\w+)'\]", r".\1", path.removeprefix("root")) for path in paths}


@QUICK
@given(VALUES, VALUES)
def test_drift_finds_something_wherever_deepdiff_does(before: Any, after: Any) -> None:
    """In any JSON value. The reverse does not hold: in a list deepdiff takes 0 for false."""
    assert compare(transcript(before), transcript(after)) or not by_deepdiff(before, after)


@QUICK
@given(OBJECTS, OBJECTS)
def test_drift_finds_in_objects_what_deepdiff_finds(before: Any, after: Any) -> None:
    """Path by path; a field that was renamed is two differences to deepdiff."""
    ours: set[str] = set()
    for one in compare(transcript(before), transcript(after)):
        ours.add(one.path)
        if one.change is Change.RENAMED:
            ours.add(f"{one.path.rpartition('.')[0]}.{one.actual}")

    assert ours == by_deepdiff(before, after)
