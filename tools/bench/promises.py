"""What Goldtape promises of its speed, each promise with what was measured, and whether it is met."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.contenders import CASSETTER, FLOOR, GOLDTAPE, STOCK
from bench.figures import Figures

UNMATCHED_MS = 20.0
NOISE = 0.1
"""A check takes a promise for broken when it is missed by more than this part: shared machines are that noisy."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: its text, what was measured, and whether it is met (None: it could not be measured)."""

    text: str
    measured: str
    met: bool | None
    missed_by: float = math.inf
    """How much too large the worst figure is, as a part of the limit."""


@dataclass(frozen=True, slots=True)
class _Ratio:
    """A promise about a ratio: `of` gives it for URLs and a size, `most` is what it may be at each of `counts`."""

    text: str
    of: Callable[[Figures, str, int], float | None]
    most: float
    counts: tuple[int, ...]


def per_floor(figures: Figures, urls: str, count: int) -> float | None:
    """Goldtape's drive as a multiple of the floor's."""
    ours, floor = (figures.at(one.name, urls, count).drive_ms for one in (GOLDTAPE, FLOOR))
    return ours / floor if ours and floor else None


def _per_cassetter(figures: Figures, urls: str, count: int) -> float | None:
    ours = figures.at(GOLDTAPE.name, urls, count).total_ms
    rivals = [ms for one in CASSETTER if (ms := figures.at(one.name, urls, count).total_ms)]
    return ours / min(rivals) if ours and rivals else None


def _per_stock(figures: Figures, urls: str, count: int) -> float | None:
    ours, stock = (figures.at(one.name, urls, count).total_ms for one in (GOLDTAPE, STOCK))
    return ours / stock if ours and stock else None


def _per_thousand(figures: Figures, urls: str, count: int) -> float | None:
    large, small = (figures.at(GOLDTAPE.name, urls, n).total_ms for n in (count, 1_000))
    return large / small if large and small else None


_RATIOS = (
    _Ratio("drive at most 1.5 x the floor's", per_floor, 1.5, (1_000, 10_000)),
    _Ratio("load + drive at most cassetter's best", _per_cassetter, 1.0, (100, 1_000, 10_000, 100_000)),
    _Ratio("load + drive at most 1/20 of stock vcrpy's", _per_stock, 1 / 20, (100, 1_000)),
    _Ratio("load + drive at most 1.2 x that at 1,000", _per_thousand, 1.2, (100_000,)),
)


def promises(figures: Figures, unmatched_ms: Mapping[str, float]) -> Iterator[Promise]:
    """Every promise about a size that was asked for.

    Args:
        unmatched_ms: Milliseconds to explain a request without an answer, by URLs.
    """
    for ratio in _RATIOS:
        for urls in figures.urls:
            found = {n: ratio.of(figures, urls, n) for n in ratio.counts if n in figures.counts}
            known = {n: times for n, times in found.items() if times is not None}
            if found:
                measured = ", ".join(f"{times:.3g} x at {n:,}" for n, times in known.items())
                met = all(times <= ratio.most for times in known.values()) if known else None
                missed_by = max(known.values(), default=0.0) / ratio.most - 1
                yield Promise(f"{ratio.text}, {urls}", measured, met, max(0.0, missed_by))
    for urls, ms in unmatched_ms.items():
        text = f"a request without an answer explained in {UNMATCHED_MS:g} ms, {urls}"
        yield Promise(text, f"{ms:.1f} ms", ms <= UNMATCHED_MS, max(0.0, ms / UNMATCHED_MS - 1))


def exit_code(found: Sequence[Promise]) -> int:
    """0 when all promises are met, but for the noise; 1 when one is broken, 3 when one could not be measured."""
    if any(one.met is False and one.missed_by > NOISE for one in found):
        return 1
    return 3 if any(one.met is None for one in found) else 0
