"""mode: which options ask for which mode, and which contradict each other."""

from __future__ import annotations

import pytest

from goldtape.plugin.mode import Mode, WrongUse, chosen


@pytest.mark.parametrize(
    ("live", "record_mode", "mode"),
    [
        (False, None, Mode.REPLAY),
        (False, "none", Mode.REPLAY),
        (True, None, Mode.VERIFY),
        (True, "none", Mode.VERIFY),
        (True, "rewrite", Mode.RECORD),
    ],
)
def test_the_options_choose_the_mode(live: bool, record_mode: str | None, mode: Mode) -> None:
    """Only a live run can write."""
    assert chosen(live, record_mode, updates=False) is mode
    assert mode.live is live


def test_the_plan_alone_is_judged_live() -> None:
    """And nothing is written meanwhile."""
    assert chosen(True, None, updates=False, against="plan") is Mode.JUDGE
    for live, record_mode in ((False, None), (True, "rewrite")):
        with pytest.raises(WrongUse, match="next: pytest --live --against=plan"):
            chosen(live, record_mode, updates=False, against="plan")


@pytest.mark.parametrize(
    ("live", "record_mode", "updates"),
    [(False, "rewrite", False), (True, "once", False), (False, "all", False), (False, None, True), (True, None, True)],
)
def test_options_that_contradict_each_other_are_refused(live: bool, record_mode: str | None, updates: bool) -> None:
    """With the command that was meant."""
    with pytest.raises(WrongUse, match="next: pytest --live --record-mode=rewrite"):
        chosen(live, record_mode, updates)
