"""The start: what goldtape adds to a run of pytest before the first test, and what replaying the suites takes.

The clock counts wall seconds of whole processes, because that is what a person waits for. The runs are interleaved,
the least of each is kept, and byte code is cached as it is for a person.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.measure import Say
from bench.promises import Promise

REPOSITORY = Path(__file__).parents[2]
NO_TABLE_S, TABLE_S = 0.05, 0.3

_ARRIVED = 7
"""The exit code of a run that its first test ends: there the clock stops."""
_FILES = {
    "plain/pyproject.toml": "[tool.pytest.ini_options]\n",
    "plain/test_empty.py": "def test_empty():\n    pass\n",
    "table/pyproject.toml": '[tool.goldtape.systems.shop]\nhost = "http://shop.test"\nurl-env = "SHOP_URL"\n',
    "table/tests/test_bare.py": f"import os\n\n\ndef test_bare():\n    os._exit({_ARRIVED})\n",
    "table/tests/test_taped.py": "import os\n\n\ndef test_taped(goldtape):\n"
    f'    goldtape.url("shop")\n    os._exit({_ARRIVED})\n',
}
_NOT_FOR_A_PERSON = ("PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "GOLDTAPE_LIVE")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of pytest: in which folder, with which arguments, and with which exit code it has to end."""

    folder: Path
    arguments: tuple[str, ...] = ()
    ends: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A run, the run without goldtape that it is compared with, and how many seconds more it may take, if promised."""

    what: str
    run: Run
    without: Run
    most_s: float | None = None


def rows(folder: Path) -> list[Row]:
    """What is measured; the small projects that it takes are written into a folder."""
    for name, text in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    plain, table, off = folder / "plain", folder / "table", ("-p", "no:goldtape")
    bare = Run(table, ("tests/test_bare.py", *off), _ARRIVED)
    return [
        Row("one empty test, no table", Run(plain), Run(plain, off), NO_TABLE_S),
        Row("a table, up to the first test", Run(table, ("tests/test_taped.py",), _ARRIVED), bare, TABLE_S),
        # Without goldtape the suites do not run: what pytest itself takes stands beside them.
        Row("replay of tests/l1", Run(REPOSITORY, ("tests/l1",)), bare),
        Row("replay of all suites", Run(REPOSITORY), bare),
    ]


def measure(found: Sequence[Row], repeats: int, say: Say) -> dict[Run, float]:
    """Wall seconds of each run, the least of interleaved repeats; a suite is repeated three times at most."""
    seconds: dict[Run, float] = {}
    for number in range(repeats):
        say(number / repeats, f"repeat {number + 1} of {repeats}", "")
        for run in dict.fromkeys(run for row in found for run in (row.without, row.run)):
            if run.folder != REPOSITORY or number < 3:
                say(number / repeats, f"repeat {number + 1} of {repeats}", f"pytest {' '.join(run.arguments)}")
                seconds[run] = min(seconds.get(run, float("inf")), run_seconds(run))
    return seconds


def run_seconds(run: Run) -> float:
    """Wall seconds of one run.

    Raises:
        RuntimeError: It ended otherwise than it has to, so there is nothing to measure.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_A_PERSON}
    started = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *run.arguments], cwd=run.folder, env=environ, capture_output=True
    )
    elapsed_s = perf_counter() - started
    if done.returncode != run.ends:
        raise RuntimeError(f"pytest {' '.join(run.arguments)} ended with {done.returncode}\n{done.stdout.decode()}")
    return elapsed_s


def table(found: Sequence[Row], seconds: Mapping[Run, float]) -> str:
    """Wall seconds with goldtape and without, and the difference, a line each."""
    lines = [f"{'':<32}{'goldtape':>10}{'without':>10}{'more':>10}"]
    for row in found:
        ours, without = seconds[row.run], seconds[row.without]
        lines.append(f"{row.what:<32}{ours:>8.2f} s{without:>8.2f} s{ours - without:>8.2f} s")
    return "\n".join(lines)


def promises(found: Sequence[Row], seconds: Mapping[Run, float]) -> Iterator[Promise]:
    """How much more goldtape takes than is promised."""
    for row in found:
        if row.most_s is not None:
            more_s = seconds[row.run] - seconds[row.without]
            yield Promise(f"{row.what}: at most {row.most_s:g} s more", f"{more_s:.3f} s", more_s <= row.most_s)
