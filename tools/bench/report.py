"""What a person reads: the table, who was left out and why, and each promise with its figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.contenders import FLOOR
from bench.figures import Figure, Figures
from bench.promises import Promise, per_floor


def table(figures: Figures) -> str:
    """Load and drive in milliseconds an interaction, a section for each kind of URL, then who was left out and why."""
    lines = []
    for urls in figures.urls:
        lines.append(f"{urls:<16}" + "".join(f"{f'N={count:,}':>18}" for count in figures.counts))
        lines.append(" " * 16 + "      load   drive" * len(figures.counts))
        for name in figures.contenders:
            cells = [figures.at(name, urls, count) for count in figures.counts]
            lines.append(f"{name:<16}" + "".join(_cell(one) for one in cells))
        ratios = [per_floor(figures, urls, count) for count in figures.counts]
        lines.append(f"{'  x floor':<16}" + "".join(f"{'':10}{_times(ratio):>8}" for ratio in ratios))
        lines.append("")
    return "\n".join([*lines, *_left_out(figures)])


def verdicts(found: Sequence[Promise]) -> str:
    """The promises, a line each, and a last line that counts."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    width = max((len(one.text) for one in found), default=0)
    lines = [f"{words[one.met]:<12}  {one.text:<{width}}  {one.measured}".rstrip() for one in found]
    lines.append(", ".join(f"{sum(one.met is met for one in found)} {word.lower()}" for met, word in words.items()))
    return "\n".join(lines)


def _cell(one: Figure) -> str:
    if one.load_ms is None or one.drive_ms is None:
        return f"{'-':>10}{'-':>8}"
    load = "-" if one.contender == FLOOR.name else f"{one.load_ms:.4f}"
    return f"{load:>10}{one.drive_ms:>8.4f}" if one.drive_ms < 100 else f"{load:>10}{one.drive_ms:>8.1f}"


def _times(ratio: float | None) -> str:
    return f"{ratio:.2f} x" if ratio else ""


def _left_out(figures: Figures) -> Iterator[str]:
    for name in figures.contenders:
        notes: dict[str, list[str]] = {}
        for urls in figures.urls:
            for count in figures.counts:
                if note := figures.at(name, urls, count).note:
                    notes.setdefault(note, []).append(f"{count:,} ({urls})")
        for note, places in notes.items():
            everywhere = len(places) == len(figures.urls) * len(figures.counts)
            yield f"{name}, {'every size' if everywhere else ', '.join(places)}: left out: {note}"
