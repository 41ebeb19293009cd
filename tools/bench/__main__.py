"""`python -m bench`: the table on stdout, the talk on stderr."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import report
from bench.contenders import CONTENDERS
from bench.measure import PATIENCE_S, measure, profile, unmatched_ms
from bench.workload import RECEIVED_BYTES, SENT_BYTES, Workload

SIZES = (100, 1_000, 10_000, 100_000)
EXPLAINED = 10_000


def main(argv: Sequence[str]) -> int:
    """Measure and report; the exit code is 0 whatever was measured, and 2 for wrong use."""
    options = _parser().parse_args(argv)
    kinds = [False, True]
    if options.profile:
        for shared in kinds:
            print(profile(Workload(max(options.sizes), shared, options.received_bytes)))
        return 0
    works = [Workload(count, shared, options.received_bytes) for count in sorted(options.sizes) for shared in kinds]
    found = measure(CONTENDERS, works, options.repeats, options.patience, _say)
    _say(1, f"N={EXPLAINED:,}: requests without an answer")
    unmatched = [Workload(EXPLAINED, shared, options.received_bytes) for shared in kinds]
    explained = [(f"{EXPLAINED:,} interactions, {work.urls}", unmatched_ms(work)) for work in unmatched]
    _say(1, "")
    figures = report.Figures(found)
    promises = report.promises(figures, explained)
    print(
        f"Replaying N POSTs with JSON bodies, about {SENT_BYTES} bytes sent and {options.received_bytes:,} received.\n"
        f"Milliseconds of processor time an interaction, the least of interleaved repeats; "
        f"Python {platform.python_version()}.\n"
    )
    print(report.table(figures))
    print(f"\n{report.verdicts(promises)}")
    if options.json:
        facts = {"figures": [asdict(one) for one in found], "promises": [asdict(one) for one in promises]}
        options.json.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8", newline="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What replaying costs an interaction.")
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="comma-separated Ns (100,1000,10000,100000)")
    parser.add_argument("--repeats", type=int, default=0, help="of each measurement; by default as the size allows")
    parser.add_argument("--received-bytes", type=int, default=RECEIVED_BYTES, help="of a response (1000; try 3600)")
    parser.add_argument("--patience", type=float, default=PATIENCE_S, help="seconds for a contender at a size (30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the same facts as JSON")
    parser.add_argument("--profile", action="store_true", help="print where Goldtape's time goes at the largest size")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(part) for part in text.split(","))
    if min(sizes) < 1:
        raise ValueError
    return sizes


def _say(done: float, text: str) -> None:
    """Tell what is going on: a bar that is drawn over on a terminal, a line each elsewhere; "" removes the bar."""
    if sys.stderr.isatty():
        bar = f"[{'#' * round(20 * done):<20}] {text}" if text else ""
        print(f"\r\x1b[2K{bar}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
