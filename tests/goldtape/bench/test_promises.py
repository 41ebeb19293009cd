"""When a promise counts as broken, fed with made-up figures."""

from __future__ import annotations

import pytest

from bench.contenders import CASSETTER, FLOOR, GOLDTAPE, STOCK, Contender
from bench.figures import Figure, Figures
from bench.promises import Promise, exit_code, promises

URLS = "distinct URLs"


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

    told = verdict(found, "drive at most")

    assert told.text == "drive at most 1.5 x the floor's, distinct URLs"
    assert (told.measured, told.met) == ("1 x at 1,000, 2 x at 10,000", False)
    assert told.missed_by == pytest.approx(1 / 3)


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


@pytest.mark.parametrize(("mets", "code"), [([], 0), ([True], 0), ([True, None], 3), ([True, None, False], 1)], ids=str)
def test_exit_code_of_promises(mets: list[bool | None], code: int) -> None:
    """Broken outweighs not measured, and not measured is not met."""
    assert exit_code([Promise("fast", "", met) for met in mets]) == code
