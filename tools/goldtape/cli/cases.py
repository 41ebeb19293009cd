"""Show which test covers which case, whether its goldens are there, and how it last went.

One line a case and test: id, test, goldens, last outcome. Exit code 1 when a case has no test.
"""

from __future__ import annotations

import argparse
import json
import sys

from goldtape.cli.collected import collect_tests, read_cases, tests_of
from goldtape.config import Config
from goldtape.goldens.naming import goldens_of
from goldtape.plugin.session import read_results


def configure(parser: argparse.ArgumentParser) -> None:
    """`--json` prints the same facts as JSON."""
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the matrix."""
    config: Config = arguments.config
    rows = matrix(config)
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        widths = {key: max([len(row[key]) for row in rows], default=0) for key in ("case", "test", "goldens")}
        for row in rows:
            cells = [row[key].ljust(width) for key, width in widths.items()]
            print("  ".join([*cells, row["last"]]))
    uncovered = sum(row["test"] == "no test" for row in rows)
    covered = len({row["case"] for row in rows}) - uncovered
    print(f"cases: {covered} covered, {uncovered} without a test", file=sys.stderr)
    return 1 if uncovered else 0


def matrix(config: Config) -> list[dict[str, str]]:
    """A row for every pair of case and test: case, test, goldens ("both", "cassette", ...), last outcome."""
    cases = read_cases(config)  # first: what is wrong with a file is known at once, collecting takes a second
    tests, results = collect_tests(config), read_results(config)
    rows = []
    for case in cases:
        covering = tests_of(case, tests)
        if not covering:
            rows.append({"case": case.id, "test": "no test", "goldens": "-", "last": "-"})
        for test in covering:
            last = results.get(test.nodeid)
            outcome = f"{last['outcome']} ({last['mode']})" if last else "never run here"
            goldens = _goldens(config, test.nodeid)
            rows.append({"case": case.id, "test": test.nodeid, "goldens": goldens, "last": outcome})
    return rows


def _goldens(config: Config, nodeid: str) -> str:
    goldens = goldens_of(nodeid, config)
    if goldens.cassette.exists():
        return "both" if goldens.snapshot.exists() else "cassette"
    return "snapshot" if goldens.snapshot.exists() else "none"
