"""Who is left out, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.contenders import FLOOR, GOLDTAPE, STOCK, Contender, Floor
from bench.figures import Figure, Figures
from bench.measure import Effort, left_out, measure
from bench.workload import Workload

URLS = "distinct URLs"
ENOUGH = Effort({10: 3}, budget_s=9, patience_s=9)


def work(count: int) -> Workload:
    return Workload(count, shared_url=False)


def clocked(*contenders: Contender, effort: Effort = ENOUGH) -> list[Figure]:
    """What the clock says of contenders that are sent to distinct URLs."""
    return [figure for figure in measure(contenders, effort, say) if figure.urls == URLS]


def say(done: float, what: str, step: str = "") -> None:
    """The talk is not what is tested."""


class Refusing(Floor):
    """A rival that cannot read what it has written."""

    name = "refusing"

    def prepare(self, work: Workload, folder: Path) -> Path:
        raise ValueError(f"{folder}/cassette.yaml: too large\nat line 7")


class Forgetful(Floor):
    """A rival that gives every request the first answer."""

    name = "forgetful"

    def prepare(self, work: Workload, folder: Path) -> Path:
        super().prepare(work, folder)
        self._answers = dict.fromkeys(self._answers, next(work.answers()))
        return folder


class Absent(Floor):
    """A rival that is not installed."""

    name = "absent"

    def absent(self) -> str:
        return "not installed"


@pytest.mark.parametrize(
    ("drives_ms", "count", "why"),
    [
        pytest.param({}, 1_000, "", id="nothing-is-known"),
        pytest.param({100: 1.9}, 1_000, "", id="two-seconds-are-not-too-many"),
        pytest.param({100: 9.0}, 1_000, "at least 9 s by its 9 ms a request at 100", id="one-size-shows-no-growth"),
        pytest.param({10: 0.1, 100: 0.1}, 10_000, "", id="no-growth-one-second"),
        pytest.param({10: 1.0, 100: 0.5}, 1_000, "", id="a-cost-that-falls-is-taken-as-level"),
        pytest.param(
            {10: 1.0, 100: 10.0},
            1_000,
            "about 2 minutes by its growth from 1 ms a request at 10 to 10 ms at 100",
            id="grows-with-n",
        ),
        pytest.param(
            {10: 1.0, 100: 10.0},
            100_000,
            "about 278 hours by its growth from 1 ms a request at 10 to 10 ms at 100",
            id="grows-to-days",
        ),
        pytest.param(
            {100: 0.1, 1_000: 0.4},
            10_000,
            "about 16 s by its growth from 0.1 ms a request at 100 to 0.4 ms at 1,000",
            id="grows-slowly",
        ),
    ],
)
def test_contender_is_left_out_by_its_growth(drives_ms: dict[int, float], count: int, why: str) -> None:
    """Sizes so far show how the cost of a request grows; a drive expected to outlast patience is not begun."""
    earlier = [Figure("rival", URLS, n, load_ms=0.0, drive_ms=ms) for n, ms in drives_ms.items()]

    assert left_out("rival", work(count), patience_s=2, earlier=earlier) == why


def test_growth_of_others_does_not_count() -> None:
    """Only the same contender with the same URLs says anything about it."""
    slow = [Figure(name, urls, n, 0.0, float(n)) for n in (10, 100) for name, urls in (("rival", "x"), ("y", URLS))]

    assert left_out("rival", work(1_000), patience_s=2, earlier=slow) == ""


@pytest.mark.parametrize("note", ["refused: ValueError: too large", "stopped: 7 of 10 requests answered in 2 s"])
def test_contender_that_failed_is_not_asked_at_a_larger_size(note: str) -> None:
    """What refused or was stopped at a size is left out after it, for the same reason."""
    earlier = [Figure("rival", URLS, 10, 0.0, 0.1), Figure("rival", URLS, 100, note=note)]

    assert left_out("rival", work(1_000), patience_s=2, earlier=earlier) == note


def test_drive_that_outlasts_patience_is_stopped() -> None:
    """A growth that nobody could foresee costs no more than patience."""
    [figure] = clocked(FLOOR, effort=Effort({10: 3}, budget_s=9, patience_s=0))

    assert figure.note == "stopped: 0 of 10 requests answered in 0 s"
    assert figure.total_ms is None


def test_refusal_of_a_rival_is_its_result() -> None:
    """A rival that fails is left out with its words, without the folder of this run; the others are measured."""
    refusing, floor = clocked(Refusing(), FLOOR)

    assert refusing.note == "refused: ValueError: cassette.yaml: too large"
    assert floor.note == ""
    assert floor.drive_ms is not None
    assert floor.drive_ms > 0


def test_wrong_answer_is_a_refusal() -> None:
    """What does not replay rightly is not measured, however fast it is."""
    [figure] = clocked(Forgetful())

    assert figure.note.startswith("refused: AssertionError: forgetful gave a wrong answer")


def test_failure_of_goldtape_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of ours that fails is a fault, no result."""
    monkeypatch.setattr(type(GOLDTAPE), "prepare", Refusing.prepare)

    with pytest.raises(ValueError, match="too large"):
        clocked(GOLDTAPE)


def test_goldtape_and_stock_are_measured() -> None:
    """The contenders that are always there replay rightly, and have a cost."""
    figures = clocked(FLOOR, GOLDTAPE, STOCK)

    assert [(one.contender, one.note) for one in figures] == [("floor", ""), ("goldtape", ""), ("stock vcrpy", "")]
    assert all(one.total_ms for one in figures)


def test_report_says_who_is_left_out_and_why() -> None:
    """One line a reason, with the sizes; a contender that is not there at all is named once."""
    figures = clocked(Absent(), FLOOR, effort=Effort({10: 3, 20: 3}, budget_s=9, patience_s=9))
    figures[-1] = Figure(FLOOR.name, URLS, 20, note="about 9 s by its growth")

    lines = report.table(Figures(figures)).splitlines()

    assert lines[-2:] == [
        "absent, every size: left out: not installed",
        "floor, 20 (distinct URLs): left out: about 9 s by its growth",
    ]
