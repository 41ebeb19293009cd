"""Show which test covers which case, whether its goldens are there, how it last went, and what was judged last.

One line a case and test: id, test, goldens, last outcome, last verdict against the plan. Then one line a rule: id,
section, its test or the reason for none. Exit code 1 when a case has no test.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from goldtape.cli.collected import CollectedTest, collect_tests, tests_of
from goldtape.config import Config
from goldtape.goldens.naming import goldens_of
from goldtape.plugin import results
from goldtape.verdict.cases import Case, Rule, read_cases, read_rules

Row = dict[str, str]


def configure(parser: argparse.ArgumentParser) -> None:
    """`--json` prints the same facts as JSON."""
    parser.add_argument("--json", action="store_true", help="print cases and rules as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the matrix, and the rules."""
    config: Config = arguments.config
    # First: what is wrong with a file is known at once, collecting takes a second.
    cases, rules = read_cases(config), [_rule(rule) for rule in read_rules(config)]
    rows = matrix(config, cases, collect_tests(config))
    if arguments.json:
        print(json.dumps({"cases": rows, "rules": rules}, indent=2, ensure_ascii=False))
    else:
        _print(rows)
        _print([{**rule, "test": rule["test"] or f"untested: {rule['untested'] or 'no reason'}"} for rule in rules])
    uncovered = sum(row["test"] == "no test" for row in rows)
    covered = len({row["case"] for row in rows}) - uncovered
    print(f"cases: {covered} covered, {uncovered} without a test", file=sys.stderr)
    if rules:
        held = sum(bool(rule["test"]) for rule in rules)
        print(f"rules: {held} with a test, {len(rules) - held} untested", file=sys.stderr)
    return 1 if uncovered else 0


def _print(rows: Sequence[Row]) -> None:
    """Print the columns of rows that have them in common; a rule shows its id, section and test."""
    for row in rows:
        shown = [key for key in row if key not in ("must", "untested")]
        *first, last = shown
        print("  ".join([*(row[key].ljust(max(len(one[key]) for one in rows)) for key in first), row[last]]))


def matrix(config: Config, cases: Sequence[Case], tests: Sequence[CollectedTest]) -> list[Row]:
    """A row for every pair of case and test: case, test, goldens ("both", "cassette", ...), last outcome, verdict."""
    known = results.read(config)
    rows = []
    for case in cases:
        covering = tests_of(case, tests)
        if not covering:
            rows.append({"case": case.id, "test": "no test", "goldens": "-", "last": "-", "judged": "-"})
        for test in covering:
            last = known.get(test.nodeid, {})
            outcome = f"{last['outcome']} ({last['mode']})" if "outcome" in last else "never run here"
            judged = f"{last['judged']} at {last['where']}" if "judged" in last else "never judged"
            goldens = _goldens(config, test.nodeid)
            rows.append({"case": case.id, "test": test.nodeid, "goldens": goldens, "last": outcome, "judged": judged})
    return rows


def _rule(rule: Rule) -> Row:
    return {
        "rule": rule.id,
        "section": rule.section,
        "must": rule.must,
        "test": rule.test,
        "untested": rule.untested,
    }


def _goldens(config: Config, nodeid: str) -> str:
    goldens = goldens_of(nodeid, config)
    if goldens.cassette.exists():
        return "both" if goldens.snapshot.exists() else "cassette"
    return "snapshot" if goldens.snapshot.exists() else "none"
