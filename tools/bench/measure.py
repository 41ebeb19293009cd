"""The clock: every contender at every size, the repeats of all interleaved, the least of each kept.

The machine may be busy, so the clock counts processor time, and the least is what the code costs; the rest is what
the neighbours cost. The garbage collector is on for all contenders, and has just run when the clock starts.
"""

from __future__ import annotations

import cProfile
import gc
import io
import math
import pstats
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import httpx
from vcr.request import Request as VcrRequest

from bench.contenders import FLOOR, GOLDTAPE, Contender, check, replaying
from bench.workload import JSON_HEADERS, Workload
from goldtape.cassette.faults import UnmatchedRequest
from goldtape.cassette.replay import ReplayCassette

CHECKED = 50
"""How many exchanges prove that a contender answers rightly, before it is measured."""
PATIENCE_S = 30.0
_REFUSED = "refused: "

Say = Callable[[float, str], None]
"""Takes how much of the work is done, from 0 to 1, and what is being done."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one contender costs at one size, in milliseconds of processor time an interaction.

    `load_ms` and `drive_ms` are None when it was not measured; `note` says why, "" otherwise.
    """

    contender: str
    urls: str
    count: int
    load_ms: float | None = None
    drive_ms: float | None = None
    repeats: int = 0
    note: str = ""

    @property
    def total_ms(self) -> float | None:
        """Load and drive together."""
        return None if self.load_ms is None or self.drive_ms is None else self.load_ms + self.drive_ms


def measure(
    contenders: Sequence[Contender], works: Sequence[Workload], repeats: int, patience_s: float, say: Say
) -> list[Figure]:
    """Measure contenders at sizes, given in rising order.

    Args:
        repeats: How often at most; 0 lets the size decide.
        patience_s: A contender that has spent so many seconds at a size is not repeated, and one that would
            spend more at the next size, by its growth, is left out there.
    """
    figures: list[Figure] = []
    for number, work in enumerate(works):

        def say_of_size(what: str, number: int = number, work: Workload = work) -> None:
            say(number / len(works), f"N={work.count:,}, {work.urls}: {what}")

        with TemporaryDirectory(prefix="goldtape-bench-") as folder:
            figures += _measure_size(contenders, work, Path(folder), repeats, patience_s, figures, say_of_size)
    return figures


@dataclass(slots=True)
class _Entry:
    """One contender at one size: its cassette and each repeat's seconds of load and drive, or why there are none."""

    contender: Contender
    note: str
    file: Path = Path()
    seconds: list[tuple[float, float]] = field(default_factory=list)
    spent_s: float = 0.0

    def figure(self, work: Workload) -> Figure:
        if self.note:
            return Figure(self.contender.name, work.urls, work.count, note=self.note)
        load_ms, drive_ms = (min(column) / work.count * 1e3 for column in zip(*self.seconds, strict=True))
        return Figure(self.contender.name, work.urls, work.count, load_ms, drive_ms, len(self.seconds))

    @contextmanager
    def noting_refusal(self, folder: Path) -> Iterator[None]:
        """A rival's refusal is a result of the bench, whatever its class; one of ours is a fault."""
        try:
            yield
        except Exception as error:
            if self.contender in (FLOOR, GOLDTAPE):
                raise
            what = str(error).replace(f"{folder}/", "").splitlines()[0]
            self.note = f"{_REFUSED}{type(error).__name__}: {what[:80]}"


def _measure_size(
    contenders: Sequence[Contender],
    work: Workload,
    folder: Path,
    repeats: int,
    patience_s: float,
    earlier: Sequence[Figure],
    say: Callable[[str], None],
) -> list[Figure]:
    entries = [_Entry(one, one.absent() or _too_much(one, work, patience_s, earlier)) for one in contenders]
    for entry in entries:
        if not entry.note:
            say(f"{entry.contender.name} writes its cassette")
            with entry.noting_refusal(folder):
                check(entry.contender, replace(work, count=min(CHECKED, work.count)), folder)
                entry.file = entry.contender.prepare(work, folder)
    for number in range(repeats or max(3, min(30, 20_000 // work.count))):
        for entry in entries:
            if not entry.note and entry.spent_s <= patience_s:
                say(f"{entry.contender.name}, repeat {number + 1}")
                started = perf_counter()
                with entry.noting_refusal(folder):
                    entry.seconds.append(_run(entry.contender, entry.file, work))
                entry.spent_s += perf_counter() - started
    return [entry.figure(work) for entry in entries]


def _run(contender: Contender, file: Path, work: Workload) -> tuple[float, float]:
    """Seconds of processor time for load and for drive, of all interactions together."""
    requests = work.requests
    gc.collect()
    replay, started = contender.load(file), process_time()
    with replay as transport:
        load_s = process_time() - started
        with httpx.Client(transport=transport, headers=JSON_HEADERS) as client:
            gc.collect()
            started = process_time()
            _drive(client, requests)
            return load_s, process_time() - started


def _drive(client: httpx.Client, requests: Iterable[tuple[str, bytes]]) -> None:
    for url, body in requests:
        assert client.post(url, content=body).status_code == 200


def _too_much(one: Contender, work: Workload, patience_s: float, earlier: Sequence[Figure]) -> str:
    if one.largest is not None and work.count > one.largest:
        return f"measured up to {one.largest:,}"
    before = [figure for figure in earlier if (figure.contender, figure.urls) == (one.name, work.urls)]
    if before and before[-1].note.startswith(_REFUSED):
        return before[-1].note
    known = [(figure.count, figure.total_ms) for figure in before if figure.total_ms]
    if len(known) < 2:
        return ""
    (small, small_ms), (large, large_ms) = known[-2:]
    exponent = max(0.0, math.log(large_ms / small_ms) / math.log(large / small))
    expected_s = large_ms * (work.count / large) ** exponent * work.count / 1e3
    return f"about {expected_s:,.0f} s by its growth, so left out" if expected_s > patience_s else ""


# ------------------------------------------------------------------ what only Goldtape does


def unmatched_ms(work: Workload, repeats: int = 5) -> float:
    """Milliseconds from an unmatched request to the finished explanation: the slowest of four requests.

    Each is a recorded one (the first, the last, two between) with one field of its body changed.
    """
    with TemporaryDirectory(prefix="goldtape-bench-") as folder:
        file = GOLDTAPE.prepare(work, Path(folder))
        with replaying(file) as cassette:
            places = (0, work.count // 3, work.count // 2, work.count - 1)
            return max(min(_refused_ms(cassette, *work.requests[n]) for _ in range(repeats)) for n in places)


def _refused_ms(cassette: ReplayCassette, url: str, body: bytes) -> float:
    changed = VcrRequest("POST", url, body.replace(b'"draft"', b'"skipped"'), JSON_HEADERS)
    explanation, started = "", perf_counter()
    try:
        cassette.can_play_response_for(changed)
    except UnmatchedRequest as error:
        explanation = str(error)
    elapsed_ms = (perf_counter() - started) * 1e3
    assert "draft" in explanation, f"not explained: {explanation!r}"
    return elapsed_ms


def profile(work: Workload, rows: int = 25) -> str:
    """Where Goldtape's time goes: the functions that cost most in themselves, for load and for drive."""
    load, drive, out = cProfile.Profile(), cProfile.Profile(), io.StringIO()
    with TemporaryDirectory(prefix="goldtape-bench-") as folder:
        replay = GOLDTAPE.load(GOLDTAPE.prepare(work, Path(folder)))
        load.enable()
        with replay as transport:
            load.disable()
            with httpx.Client(transport=transport, headers=JSON_HEADERS) as client:
                drive.runcall(_drive, client, work.requests)
    for name, found in (("load", load), ("drive", drive)):
        out.write(f"\n{name}, N={work.count:,}, {work.urls}\n")
        pstats.Stats(found, stream=out).strip_dirs().sort_stats("tottime").print_stats(rows)
    return out.getvalue()
