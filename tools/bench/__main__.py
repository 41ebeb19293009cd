"""`python -m bench`: the tables on stdout, the talk on stderr."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import report, start
from bench.contenders import CONTENDERS
from bench.figures import Figures, least
from bench.measure import Effort, measure, unmatched_ms
from bench.promises import Promise, exit_code, promises
from bench.workload import RECEIVED_BYTES, SENT_BYTES, Workload

EXPLAINED = 10_000
STARTS = 8


QUICK = Effort({10: 3, 100: 3, 1_000: 5, 10_000: 4}, budget_s=3.5, patience_s=2.5)
FULL = Effort({10: 20, 100: 20, 1_000: 20, 10_000: 10, 100_000: 3}, budget_s=15, patience_s=60)
CHECK = Effort({100: 3, 1_000: 16}, budget_s=1.5, patience_s=4, rounds=3)


def main(argv: Sequence[str]) -> int:
    """Measure and report.

    Returns:
        The exit code: 0, and with a check 1 when a promise is broken and 3 when one could not be measured.
    """
    options = _parser().parse_args(argv)
    facts: dict[str, object] = {}
    checked: list[Promise] = []
    if options.check or not (options.start or options.check_start):
        found = _replays(CHECK if options.check else FULL if options.full else QUICK, facts)
        checked += found if options.check else []
    if options.start or options.check_start:
        found = _starts(facts)
        checked += found if options.check_start else []
    if options.json:
        options.json.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8", newline="\n")
    return exit_code(checked)


def _replays(effort: Effort, facts: dict[str, object]) -> list[Promise]:
    figures = measure(CONTENDERS, effort, _say)
    explained = {}
    if EXPLAINED in effort.repeats:
        works = [Workload(EXPLAINED, shared) for shared in (False, True)]
        explained = {work.urls: unmatched_ms(work) for work in works}
    found = list(promises(Figures(figures), explained))
    for _ in range(1, effort.rounds):
        if exit_code(found) == 1:
            figures = list(map(least, figures, measure(CONTENDERS, effort, _say)))
            found = list(promises(Figures(figures), explained))
    _say(1, "")
    print(
        f"Replaying N POSTs with JSON bodies, about {SENT_BYTES} bytes sent and {RECEIVED_BYTES:,} received.\n"
        f"Milliseconds of processor time an interaction, the least of interleaved repeats; "
        f"Python {platform.python_version()}.\n"
    )
    print(f"{report.table(Figures(figures))}\n\n{report.verdicts(found)}")
    facts.update(figures=[asdict(one) for one in figures], promises=[asdict(one) for one in found])
    return found


def _starts(facts: dict[str, object]) -> list[Promise]:
    with TemporaryDirectory(prefix="goldtape-bench-") as folder:
        rows = start.rows(Path(folder))
        seconds = start.measure(rows, STARTS, _say)
    _say(1, "")
    found = list(start.promises(rows, seconds))
    print(f"Wall seconds of a run of pytest, the least of interleaved repeats; Python {platform.python_version()}.\n")
    print(f"{start.table(rows, seconds)}\n\n{report.verdicts(found)}")
    facts["starts"] = [
        {"what": row.what, "goldtape_s": seconds[row.run], "without_s": seconds[row.without]} for row in rows
    ]
    facts["start_promises"] = [asdict(one) for one in found]
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What replaying costs an interaction.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="up to 100,000 interactions: ten minutes, not one")
    size.add_argument("--check", action="store_true", help="up to 1,000; exit code 1 when a promise is broken")
    parser.add_argument("--start", action="store_true", help="what goldtape adds to the start of pytest, instead")
    parser.add_argument("--check-start", action="store_true", help="the same; exit code 1 when a promise is broken")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the same facts as JSON")
    return parser


def _say(done: float, what: str, step: str = "") -> None:
    """Tell what is going on: a bar that is drawn over on a terminal, a line for each `what` elsewhere."""
    if sys.stderr.isatty():
        bar = f"[{'#' * round(20 * done):<20}] {what}: {step}" if done < 1 else ""
        print(f"\r\x1b[2K{bar}", end="", file=sys.stderr, flush=True)
    elif what and not step:
        print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
