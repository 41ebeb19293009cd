"""The clock: every contender at every size, the repeats of all interleaved, the least of each kept.

The machine may be busy, so the clock counts processor time, and the least is what the code costs; the rest is what
the neighbours cost. The garbage collector is on for all contenders, and has just run when the clock starts.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import httpx

from bench.contenders import FLOOR, GOLDTAPE, Contender, check, explanation, replaying
from bench.figures import Figure
from bench.workload import JSON_HEADERS, Workload

CHECKED = 50
"""How many exchanges prove that a contender answers rightly, before it is measured."""
_REFUSED, _STOPPED = "refused", "stopped"

Say = Callable[[float, str, str], None]
"""Takes how much of the work is done, from 0 to 1, what is being done, and the step of it ("" at its start)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured.

    `repeats` gives the sizes, in rising order, and how often at most each contender is measured there; it is not
    repeated once `budget_s` seconds of processor time are spent. A drive that takes longer than `patience_s` is
    stopped, and one that is expected to take longer is left out. `rounds` is how often all of it is done before a
    promise counts as broken, because the machine may have been busy.
    """

    repeats: Mapping[int, int]
    budget_s: float
    patience_s: float
    rounds: int = 1


def measure(contenders: Sequence[Contender], effort: Effort, say: Say) -> list[Figure]:
    """Measure contenders at the sizes of an effort, with distinct URLs and with one shared URL, in one round."""
    works = [Workload(count, shared) for count in effort.repeats for shared in (False, True)]
    figures: list[Figure] = []
    for number, work in enumerate(works):

        def say_step(step: str, number: int = number, work: Workload = work) -> None:
            say(number / len(works), f"N={work.count:,}, {work.urls}", step)

        say_step("")
        with TemporaryDirectory(prefix="goldtape-bench-") as folder:
            figures += _measure_size(contenders, work, Path(folder), effort, figures, say_step)
    return figures


class _Stopped(Exception):
    """A drive took longer than patience allows."""


@dataclass(slots=True)
class _Entry:
    """One contender at one size: its cassette and each repeat's seconds of load and drive, or why there are none."""

    contender: Contender
    note: str
    file: Path = Path()
    seconds: list[tuple[float, float]] = field(default_factory=list)

    @property
    def spent_s(self) -> float:
        return sum(map(sum, self.seconds))

    def figure(self, work: Workload) -> Figure:
        if self.note:
            return Figure(self.contender.name, work.urls, work.count, note=self.note)
        load_ms, drive_ms = (min(column) / work.count * 1e3 for column in zip(*self.seconds, strict=True))
        return Figure(self.contender.name, work.urls, work.count, load_ms, drive_ms)

    @contextmanager
    def noting_refusal(self, folder: Path) -> Iterator[None]:
        """A rival's refusal is a result of the bench, whatever its class; one of ours is a fault."""
        try:
            yield
        except _Stopped as stop:
            if not self.seconds:  # else a neighbour was noisy, and the earlier repeats stand
                self.note = f"{_STOPPED}: {stop}"
        except Exception as error:
            if self.contender in (FLOOR, GOLDTAPE):
                raise
            what = str(error).replace(f"{folder}/", "").partition("\n")[0]
            self.note = f"{_REFUSED}: {type(error).__name__}: {what[:60]}"


def _measure_size(
    contenders: Sequence[Contender],
    work: Workload,
    folder: Path,
    effort: Effort,
    earlier: Sequence[Figure],
    say_step: Callable[[str], None],
) -> list[Figure]:
    entries = [_Entry(one, one.absent() or left_out(one.name, work, effort.patience_s, earlier)) for one in contenders]
    for entry in entries:
        if not entry.note:
            say_step(f"{entry.contender.name} writes its cassette")
            with entry.noting_refusal(folder):
                if not _earlier(entry.contender.name, work, earlier):
                    check(entry.contender, replace(work, count=CHECKED), folder)
                entry.file = entry.contender.prepare(work, folder)
    for number in range(effort.repeats[work.count]):
        for entry in entries:
            if not entry.note and entry.spent_s <= effort.budget_s:
                say_step(f"{entry.contender.name}, repeat {number + 1}")
                with entry.noting_refusal(folder):
                    entry.seconds.append(_run(entry.contender, entry.file, work, effort.patience_s))
    return [entry.figure(work) for entry in entries]


def _run(contender: Contender, file: Path, work: Workload, patience_s: float) -> tuple[float, float]:
    """Seconds of processor time for load and for drive, of all interactions together."""
    requests = work.requests
    gc.collect()
    replay, started = contender.load(file), process_time()
    with replay as transport:
        load_s = process_time() - started
        # Unverified, because loading certificates takes longer than driving a small cassette.
        with httpx.Client(transport=transport, headers=JSON_HEADERS, verify=False) as client:
            gc.collect()
            started = process_time()
            _drive(client, requests, patience_s)
            return load_s, process_time() - started


def _drive(client: httpx.Client, requests: Sequence[tuple[str, bytes]], patience_s: float) -> None:
    until = process_time() + patience_s
    for number, (url, body) in enumerate(requests):
        if process_time() > until:
            raise _Stopped(f"{number:,} of {len(requests):,} requests answered in {patience_s:g} s")
        assert client.post(url, content=body).status_code == 200


def left_out(name: str, work: Workload, patience_s: float, earlier: Sequence[Figure]) -> str:
    """Why a contender is not measured at a size, by its figures at smaller sizes; "" when it is."""
    before = _earlier(name, work, earlier)
    if before and before[-1].note.startswith((_REFUSED, _STOPPED)):
        return before[-1].note
    known = [(figure.count, figure.drive_ms) for figure in before if figure.drive_ms]
    if not known:
        return ""
    count, drive_ms = known[-1]
    exponent, words, how = 0.0, "at least", f"by its {drive_ms:.2g} ms a request at {count:,}"
    if len(known) > 1:
        small, small_ms = known[-2]
        exponent = max(0.0, math.log(drive_ms / small_ms) / math.log(count / small))
        words, how = (
            "about",
            f"by its growth from {small_ms:.2g} ms a request at {small:,} to {drive_ms:.2g} ms at {count:,}",
        )
    expected_s = drive_ms * (work.count / count) ** exponent * work.count / 1e3
    return f"{words} {_duration(expected_s)} {how}" if expected_s > patience_s else ""


def _earlier(name: str, work: Workload, earlier: Sequence[Figure]) -> list[Figure]:
    return [figure for figure in earlier if (figure.contender, figure.urls) == (name, work.urls)]


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes:.0f} minutes" if minutes < 100 else f"{hours:,.0f} hours"


# ------------------------------------------------------------------ what only Goldtape does


def unmatched_ms(work: Workload, repeats: int = 5) -> float:
    """Milliseconds of processor time to explain a request without an answer: the slowest of four requests.

    Each is a recorded one (the first, the last, two between) with one field of its body changed.
    """
    with (
        TemporaryDirectory(prefix="goldtape-bench-") as folder,
        replaying(GOLDTAPE.prepare(work, Path(folder))) as cassette,
    ):

        def explain_ms(url: str, body: bytes) -> float:
            changed, started = body.replace(b'"draft"', b'"skipped"'), process_time()
            text = explanation(cassette, url, changed)
            elapsed_ms = (process_time() - started) * 1e3
            assert "draft" in text, f"not explained: {text!r}"
            return elapsed_ms

        places = (0, work.count // 3, work.count // 2, work.count - 1)
        return max(min(explain_ms(*work.requests[n]) for _ in range(repeats)) for n in places)
