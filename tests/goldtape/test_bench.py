"""The bench's own logic, fed with made-up figures: who is left out, and when a promise counts as broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import report, start
from bench.contenders import CASSETTER, FLOOR, GOLDTAPE, STOCK, Contender, Floor
from bench.figures import Figure, Figures
from bench.measure import Effort, left_out, measure
from bench.promises import Promise, exit_code, promises
from bench.workload import Workload

URLS = "distinct URLs"
ENOUGH = Effort(repeats=3, budget_s=9, patience_s=9)


def work(count: int) -> Workload:
    return Workload(count, shared_url=False)


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


# ------------------------------------------------------------------ who is left out


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
    [figure] = measure([FLOOR], [work(10)], Effort(repeats=3, budget_s=9, patience_s=0), say)

    assert figure.note == "stopped: 0 of 10 requests answered in 0 s"
    assert figure.total_ms is None


def test_refusal_of_a_rival_is_its_result() -> None:
    """A rival that fails is left out with its words, without the folder of this run; the others are measured."""
    refusing, floor = measure([Refusing(), FLOOR], [work(10)], ENOUGH, say)

    assert refusing.note == "refused: ValueError: cassette.yaml: too large"
    assert floor.note == ""
    assert floor.drive_ms is not None
    assert floor.drive_ms > 0


def test_wrong_answer_is_a_refusal() -> None:
    """What does not replay rightly is not measured, however fast it is."""
    [figure] = measure([Forgetful()], [work(10)], ENOUGH, say)

    assert figure.note.startswith("refused: AssertionError: forgetful gave a wrong answer")


def test_failure_of_goldtape_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of ours that fails is a fault, no result."""
    monkeypatch.setattr(type(GOLDTAPE), "prepare", Refusing.prepare)

    with pytest.raises(ValueError, match="too large"):
        measure([GOLDTAPE], [work(10)], ENOUGH, say)


def test_goldtape_and_stock_are_measured() -> None:
    """The contenders that are always there replay rightly, and have a cost."""
    figures = measure([FLOOR, GOLDTAPE, STOCK], [work(5)], ENOUGH, say)

    assert [(one.contender, one.note) for one in figures] == [("floor", ""), ("goldtape", ""), ("stock vcrpy", "")]
    assert all(one.total_ms for one in figures)


def test_report_says_who_is_left_out_and_why() -> None:
    """One line a reason, with the sizes; a contender that is not there at all is named once."""
    figures = measure([Absent(), FLOOR], [work(10), work(20)], ENOUGH, say)
    figures += [Figure(FLOOR.name, URLS, 1_000, note="about 9 s by its growth")]

    lines = report.table(Figures(figures[:-1])).splitlines()[-1:] + report.table(Figures(figures)).splitlines()[-1:]

    assert lines == [
        "absent, every size: left out: not installed",
        "floor, 1,000 (distinct URLs): left out: about 9 s by its growth",
    ]


# ------------------------------------------------------------------ when a promise is broken


def figures(count: int = 1_000, **drives_ms: float) -> Figures:
    """Made-up figures at a size: milliseconds of a drive, a load of nothing."""
    names: dict[str, Contender] = {
        "floor": FLOOR,
        "ours": GOLDTAPE,
        "stock": STOCK,
        "yaml": CASSETTER[0],
        "toml": CASSETTER[1],
    }
    return Figures([Figure(names[key].name, URLS, count, 0.0, ms) for key, ms in drives_ms.items()])


def verdict(found: Figures, text: str) -> Promise:
    [promise] = [one for one in promises(found, {}) if one.text.startswith(text)]
    return promise


@pytest.mark.parametrize(
    ("text", "found", "met", "measured"),
    [
        ("drive at most 1.5 x the floor", figures(floor=0.1, ours=0.15), True, "1.5 x at 1,000"),
        ("drive at most 1.5 x the floor", figures(floor=0.1, ours=0.151), False, "1.51 x at 1,000"),
        ("drive at most 1.5 x the floor", figures(10_000, floor=0.1, ours=0.2), False, "2 x at 10,000"),
        ("load + drive at most cassetter", figures(ours=1, yaml=2, toml=1.25), True, "0.8 x at 1,000"),
        ("load + drive at most cassetter", figures(ours=1, yaml=2, toml=0.8), False, "1.25 x at 1,000"),
        ("load + drive at most cassetter", figures(ours=1, yaml=0.8), False, "1.25 x at 1,000"),
        ("load + drive at most cassetter", figures(ours=1), None, ""),
        ("load + drive at most 1/20 of stock", figures(100, ours=1, stock=20), True, "0.05 x at 100"),
        ("load + drive at most 1/20 of stock", figures(100, ours=1, stock=19), False, "0.0526 x at 100"),
    ],
)
def test_promise_is_met_up_to_its_limit(text: str, found: Figures, met: bool | None, measured: str) -> None:
    """Each promise is a ratio of figures of one run, met at its limit, broken above, open when a figure is missing."""
    promise = verdict(found, text)

    assert (promise.met, promise.measured) == (met, measured)


def test_promise_is_broken_when_it_is_at_one_size() -> None:
    """A size that is fine does not make up for one that is not."""
    ours, floor = (100, 1_000, 10_000), (100, 1_000, 10_000)
    found = Figures(
        [Figure(GOLDTAPE.name, URLS, n, 0.0, 0.2 if n == 10_000 else 0.1) for n in ours]
        + [Figure(FLOOR.name, URLS, n, 0.0, 0.1) for n in floor]
    )

    assert verdict(found, "drive at most") == Promise(
        "drive at most 1.5 x the floor's, distinct URLs", "1 x at 1,000, 2 x at 10,000", False
    )


@pytest.mark.parametrize(("large_ms", "met"), [(0.12, True), (0.13, False)])
def test_promise_of_level_cost_compares_with_a_thousand(large_ms: float, met: bool) -> None:
    """An interaction of a large cassette costs what one of a small cassette does."""
    found = Figures([Figure(GOLDTAPE.name, URLS, n, 0.0, ms) for n, ms in ((1_000, 0.1), (100_000, large_ms))])

    assert verdict(found, "load + drive at most 1.2 x that at 1,000").met is met


def test_promises_are_about_the_sizes_of_the_run() -> None:
    """A size that was not asked for is no promise that could not be measured."""
    assert [one.text for one in promises(figures(10, floor=1, ours=9), {})] == []


@pytest.mark.parametrize(("ms", "met"), [(20.0, True), (20.1, False)])
def test_explanation_has_a_limit(ms: float, met: bool) -> None:
    """Explaining a request without an answer takes 20 ms at most."""
    [promise] = promises(figures(10), {URLS: ms})

    assert (promise.met, promise.measured) == (met, f"{ms:.1f} ms")


# ------------------------------------------------------------------ exit codes


@pytest.mark.parametrize(("mets", "code"), [([], 0), ([True], 0), ([True, None], 3), ([True, None, False], 1)], ids=str)
def test_exit_code_of_promises(mets: list[bool | None], code: int) -> None:
    """Broken outweighs not measured, and not measured is not met."""
    assert exit_code([Promise("fast", "", met) for met in mets]) == code


FAST = {FLOOR.name: 0.1, GOLDTAPE.name: 0.11, STOCK.name: 9.0, CASSETTER[0].name: 0.3, CASSETTER[1].name: 0.2}
SLOW = FAST | {GOLDTAPE.name: 0.16}


@pytest.mark.parametrize(
    ("argv", "rounds", "measured", "code"),
    [
        pytest.param(["--check"], [FAST], 1, 0, id="met"),
        pytest.param(["--check"], [SLOW, FAST], 2, 0, id="met-when-measured-again"),
        pytest.param(["--check"], [SLOW, SLOW, SLOW], 3, 1, id="broken-each-time"),
        pytest.param(["--check"], [FAST | {CASSETTER[0].name: None, CASSETTER[1].name: None}], 1, 3, id="no-cassetter"),
        pytest.param([], [SLOW], 1, 0, id="broken-but-no-check"),
    ],
)
def test_check_fails_when_a_promise_stays_broken(
    argv: list[str],
    rounds: list[dict[str, float | None]],
    measured: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A machine that was busy once breaks no build; a promise that stays broken does."""
    asked: list[Sequence[Workload]] = []

    def made_up(contenders: object, works: Sequence[Workload], *_: object) -> list[Figure]:
        asked.append(works)
        drives = rounds[len(asked) - 1]
        return [Figure(name, one.urls, one.count, 0.0, ms) for one in works for name, ms in drives.items()]

    monkeypatch.setattr(bench, "measure", made_up)
    monkeypatch.setattr(bench, "unmatched_ms", lambda work: 1.0)

    assert bench.main(argv) == code
    assert len(asked) == measured
    assert ("NOT MET" in capsys.readouterr().out) is (rounds[-1] is SLOW)


# ------------------------------------------------------------------ the start


@pytest.mark.parametrize(
    ("argv", "more_s", "code"),
    [(["--check-start"], 0.04, 0), (["--check-start"], 0.06, 1), (["--start"], 0.06, 0)],
)
def test_start_is_checked_when_it_is_asked_for(
    argv: list[str], more_s: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goldtape adds to a start is a promise of its own."""

    def made_up(rows: Sequence[start.Row], *_: object) -> dict[start.Run, float]:
        return {row.without: 0.5 for row in rows} | {row.run: 0.5 + more_s for row in rows}

    monkeypatch.setattr(start, "measure", made_up)

    assert bench.main(argv) == code
    assert f"one empty test, no table: at most 0.05 s more      {more_s:.3f} s" in capsys.readouterr().out


def test_start_measures_with_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small projects run to the end that their row names, with byte code cached whatever the environment says."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    rows = [row for row in start.rows(tmp_path) if row.most_s is not None]

    seconds = start.measure(rows, 1, say)

    assert {row.what for row in rows} == {"one empty test, no table", "a table, up to the first test"}
    assert all(seconds[row.run] > 0 and seconds[row.without] > 0 for row in rows)
    assert list(tmp_path.glob("plain/__pycache__/*.pyc"))


def test_run_that_ends_otherwise_is_not_measured(tmp_path: Path) -> None:
    """A run whose test was never reached is no fast start."""
    (tmp_path / "test_broken.py").write_text("import nowhere\n", encoding="utf-8")

    with pytest.raises(RuntimeError, match="ended with 2"):
        start.run_seconds(start.Run(tmp_path))
