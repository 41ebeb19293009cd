"""`python -m bench.sensitivity SYSTEM`: the survivors on stdout, the talk on stderr; exit 1 when a rate is missed."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.sensitivity import mutants
from bench.sensitivity.kinds import is_right
from bench.sensitivity.store import Row, Store, equivalents
from goldtape import config as configuration
from goldtape.live import target

RATES = {"wire": 0.99, "code": 0.90}
RIGHT_KIND = 0.97


def main(argv: Sequence[str]) -> int:
    """Make mutants until there are enough, then tell how many were noticed."""
    options = _parser().parse_args(argv)
    root = configuration.find_root(Path.cwd())
    if root is None:
        print("no [tool.goldtape] table here or above", file=sys.stderr)
        return 2
    project = configuration.load(root)
    if options.system not in project.systems:
        print(f"{options.system}: no such system; there are {', '.join(project.systems)}", file=sys.stderr)
        return 2
    store = Store(project.work, options.system, options.sort)
    if options.anew:
        store.clear()
    make = _wire if options.sort == "wire" else _code
    make(project, options.system, store, options.mutants, options.seed)
    return report(
        options.sort, store.rows(), equivalents(Path(__file__).parent / "survivors" / f"{options.system}.toml")
    )


def _wire(project: configuration.Config, system: str, store: Store, wanted: int, seed: str) -> None:
    suite = ["-m", "not live and not stress", f"tests/{system}"]
    command = [sys.executable, "-m", "pytest", "--live", "-q", "-p", "no:cacheprovider"]
    with target.running(project, project.systems[system]) as urls:
        number = len({row["seed"] for row in store.rows()})
        while (there := len(store.rows())) < wanted:
            _say("wire", wanted, store.rows())
            number += 1
            environ = {"WIRE_TARGETS": json.dumps(urls), "WIRE_SEED": f"{seed}/{number}", "WIRE_ROWS": str(store.path)}
            subprocess.run(
                [*command, "-p", "bench.sensitivity.plugin", *suite],
                cwd=project.root,
                env=os.environ | environ,
                capture_output=True,
                check=False,
            )
            if len(store.rows()) == there:
                raise SystemExit(f"no test got a mutant\nnext: pytest --live tests/{system}")


def _code(project: configuration.Config, system: str, store: Store, wanted: int, seed: str) -> None:
    known = {row["mutant"] for row in store.rows()}
    for mutant, changed in mutants.chosen(project.root / "tools" / "services", system, seed):
        judged = [row for row in store.rows() if row["word"] != mutants.INCOMPETENT]
        if len(judged) >= wanted:
            return
        _say("code", wanted, judged)
        if mutant.name not in known:
            word, told = mutants.judged(project.root, system, mutant, changed)
            store.add({"mutant": mutant.name, "word": word, "red": told})


def report(sort: str, rows: Sequence[Row], equivalent: dict[str, str]) -> int:
    """Print what survived and the rates; the exit code, 1 when a rate is missed."""
    judged = [row for row in rows if row.get("word") != mutants.INCOMPETENT]
    noticed = [row for row in judged if _noticed(row)]
    still_open = [row for row in judged if not _noticed(row) and _name(row) not in equivalent]
    for row in still_open:
        print(f"survived  {_name(row)}  {row.get('what', '')}".rstrip())
    counted = len(noticed) + len(still_open)
    rate = len(noticed) / counted if counted else 0.0
    print(f"{sort}: {len(noticed)} of {counted} noticed ({rate:.1%}), {len(judged) - counted} more are equivalent")
    for name, count in Counter(row["mutation"] for row in still_open if "mutation" in row).most_common():
        print(f"  {count} of the survivors: {name}")
    right = _kinds(noticed) if sort == "wire" else 1.0
    return int(rate < RATES[sort] or right < RIGHT_KIND)


def _kinds(noticed: Sequence[Row]) -> float:
    """The share of mutants that the report called what they are, printed with those that it did not."""
    wrong = [row for row in noticed if not is_right(row)]
    for row in wrong:
        print(f"kind  {_name(row)}  {row['what']}")
    share = 1 - len(wrong) / len(noticed) if noticed else 0.0
    print(f"  {share:.1%} in the right kind")
    return share


def _noticed(row: Row) -> bool:
    return row["word"] == "caught" if "word" in row else bool(row["red"])


def _name(row: Row) -> str:
    return str(row["mutant"] if "mutant" in row else f"{row['test']} {row['request']} {row['mutation']}")


def _say(sort: str, wanted: int, rows: Sequence[Row]) -> None:
    noticed = sum(map(_noticed, rows))
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{sort}: {len(rows)} of {wanted} mutants, {len(rows) - noticed} unnoticed ", end=end, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.sensitivity", description=__doc__)
    parser.add_argument("system")
    parser.add_argument("sort", choices=sorted(RATES), help="wire: changed responses; code: a changed service")
    parser.add_argument("--mutants", type=int, default=100, metavar="N")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--anew", action="store_true", help="forget the mutants of earlier runs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
