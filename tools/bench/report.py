"""What a person reads: the table, and each promise with its figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.contenders import CASSETTER, FLOOR, GOLDTAPE, STOCK
from bench.measure import Figure

DRIVE_PER_FLOOR = 1.5
GROWTH = 1.2
PER_STOCK = 100.0
UNMATCHED_MS = 20.0


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: its text, what was measured, and whether it is met (None: not measured in this run)."""

    text: str
    measured: str
    met: bool | None


class Figures:
    """The figures of one run, found by contender, URLs and size."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._by_place = {(one.contender, one.urls, one.count): one for one in figures}
        self.urls = list(dict.fromkeys(one.urls for one in figures))
        self.counts = list(dict.fromkeys(one.count for one in figures))
        self.contenders = list(dict.fromkeys(one.contender for one in figures))

    def at(self, contender: str, urls: str, count: int) -> Figure:
        """A figure; an empty one when it was not asked for."""
        return self._by_place.get((contender, urls, count), Figure(contender, urls, count))


def table(figures: Figures) -> str:
    """Load and drive in milliseconds an interaction, a section for each kind of URL, then what is missing and why."""
    lines = []
    for urls in figures.urls:
        lines.append(f"{urls:<16}" + "".join(f"{f'N={count:,}':>18}" for count in figures.counts))
        lines.append(" " * 16 + "      load   drive" * len(figures.counts))
        for name in figures.contenders:
            cells = [figures.at(name, urls, count) for count in figures.counts]
            lines.append(f"{name:<16}" + "".join(_cell(one) for one in cells))
        ratios = [_drive_per_floor(figures, urls, count) for count in figures.counts]
        lines.append(f"{'  x floor':<16}" + "".join(f"{'':10}{_times(ratio):>8}" for ratio in ratios))
        lines.append("")
    return "\n".join([*lines, *_notes(figures)])


def promises(figures: Figures, unmatched: Sequence[tuple[str, float]]) -> list[Promise]:
    """Every promise of the design's section 1 that has a figure.

    Args:
        unmatched: How many interactions of which URLs, and milliseconds to explain a request without an answer.
    """
    return [
        *_floor_promise(figures),
        *_growth_promise(figures),
        *_cassetter_promise(figures),
        *_stock_promise(figures),
        *(
            Promise(
                f"a request without an answer explained in {UNMATCHED_MS:g} ms, {what}",
                f"{ms:.1f} ms",
                ms < UNMATCHED_MS,
            )
            for what, ms in unmatched
        ),
    ]


def verdicts(found: Sequence[Promise]) -> str:
    """The promises, a line each, and a last line that counts."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    width = max(len(one.text) for one in found)
    lines = [f"{words[one.met]:<12}  {one.text:<{width}}  {one.measured}".rstrip() for one in found]
    missed = sum(one.met is False for one in found)
    hint = "; what remains: python -m bench --profile" if missed else ""
    lines.append(f"{sum(one.met is True for one in found)} met, {missed} not met{hint}")
    return "\n".join(lines)


def _floor_promise(figures: Figures) -> Iterator[Promise]:
    for urls in figures.urls:
        ratios = [ratio for count in figures.counts if (ratio := _drive_per_floor(figures, urls, count))]
        met = max(ratios) <= DRIVE_PER_FLOOR if ratios else None
        yield Promise(
            f"drive within {DRIVE_PER_FLOOR:g} x the floor at every N, {urls}", " ".join(map(_times, ratios)), met
        )


def _growth_promise(figures: Figures) -> Iterator[Promise]:
    for urls in figures.urls:
        small, large = (figures.at(GOLDTAPE.name, urls, count).total_ms for count in (1_000, 100_000))
        ratio = large / small if small and large else None
        text = f"an interaction at 100,000 costs within {GROWTH:g} x that at 1,000, {urls}"
        yield Promise(text, _times(ratio), None if ratio is None else ratio <= GROWTH)


def _cassetter_promise(figures: Figures) -> Iterator[Promise]:
    for urls in figures.urls:
        ratios = []
        for count in figures.counts:
            ours = figures.at(GOLDTAPE.name, urls, count).total_ms
            rivals = [ms for one in CASSETTER if (ms := figures.at(one.name, urls, count).total_ms)]
            if ours and rivals:
                ratios.append(ours / min(rivals))
        text = f"load and drive below cassetter's at every N it was measured at, {urls}"
        yield Promise(text, " ".join(map(_times, ratios)), all(r < 1 for r in ratios) if ratios else None)


def _stock_promise(figures: Figures) -> Iterator[Promise]:
    for urls in figures.urls:
        ours, stock = (figures.at(one.name, urls, 1_000).total_ms for one in (GOLDTAPE, STOCK))
        ratio = stock / ours if ours and stock else None
        met = None if ratio is None else ratio >= PER_STOCK
        text = f"at 1,000 at least {PER_STOCK:g} x faster than stock vcrpy, {urls}"
        yield Promise(text, f"{ratio:.0f} x" if ratio else "", met)


def _drive_per_floor(figures: Figures, urls: str, count: int) -> float | None:
    ours, floor = (figures.at(one.name, urls, count).drive_ms for one in (GOLDTAPE, FLOOR))
    return ours / floor if ours and floor else None


def _cell(one: Figure) -> str:
    if one.load_ms is None or one.drive_ms is None:
        return f"{'-':>10}{'-':>8}"
    load = "-" if one.contender == FLOOR.name else f"{one.load_ms:.4f}"
    return f"{load:>10}{one.drive_ms:>8.4f}" if one.drive_ms < 100 else f"{load:>10}{one.drive_ms:>8.1f}"


def _times(ratio: float | None) -> str:
    return f"{ratio:.2f} x" if ratio else ""


def _notes(figures: Figures) -> Iterator[str]:
    for name in figures.contenders:
        notes: dict[str, list[str]] = {}
        for urls in figures.urls:
            for count in figures.counts:
                if note := figures.at(name, urls, count).note:
                    notes.setdefault(note, []).append(f"{count:,} ({urls})")
        for note, places in notes.items():
            yield f"{name} at {', '.join(places)}: {note}"
