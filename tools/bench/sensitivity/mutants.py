"""Mutants of a service's code: one operator of cosmic-ray applied at one place; the live suite is the oracle.

A mutant lies in a copy of the services that stands before the installed ones on PYTHONPATH, so the source is never
touched. What cosmic-ray calls incompetent, a mutant whose service does not even start, is no test of the suite and is
left out.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

TIMEOUT_S = 600
INCOMPETENT = "incompetent"
_FAMILIES = (
    "ReplaceComparisonOperator",
    "ReplaceBinaryOperator",
    "ReplaceUnaryOperator",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "AddNot",
    "NumberReplacer",
    "ExceptionReplacer",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)
"""The families of operators; each has the same share, because some have a hundred members and others one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one file, below the folder of the services: the operator, and which of its places there."""

    file: str
    operator: str
    occurrence: int

    @property
    def name(self) -> str:
        """Its name in the report and in the triage."""
        return f"{self.file} {self.operator}#{self.occurrence}"


def chosen(services: Path, system: str, seed: str) -> Iterator[tuple[Mutant, str]]:
    """Mutants of a system's own code, in an order that the seed decides, with the changed source."""
    plugins, mutating = (import_module(f"cosmic_ray.{name}") for name in ("plugins", "mutating"))

    dice = random.Random(seed)
    files = [file for file in sorted((services / system).rglob("*.py")) if not _is_for_tests(file)]
    operators = {
        family: [name for name in plugins.operator_names() if name.partition("/")[2].startswith(family)]
        for family in _FAMILIES
    }
    met: set[str] = set()
    for _ in range(100_000):
        file = dice.choices(files, weights=[one.stat().st_size for one in files])[0]
        name = dice.choice(operators[dice.choice(_FAMILIES)])
        source = file.read_text(encoding="utf-8")
        occurrence = dice.randrange(40)
        changed = mutating.mutate_code(source, plugins.get_operator(name)(), occurrence)
        if changed and changed not in met and _matters(source, changed):
            met.add(changed)
            yield Mutant(file.relative_to(services).as_posix(), name.partition("/")[2], occurrence), changed


def _is_for_tests(file: Path) -> bool:
    """Whether a file is of the support API, a stand-in, or a liberty: these are no part of what is tested."""
    return bool({"support", "stand_ins"} & set(file.parts)) or file.stem in ("liberties", "freedoms", "__main__")


def _matters(before: str, after: str) -> bool:
    """Whether a change is one of behaviour, and not in an annotation alone."""
    try:
        return _bare(before) != _bare(after)
    except SyntaxError:
        return False


def _bare(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def judged(root: Path, system: str, mutant: Mutant, changed: str, options: Sequence[str] = ()) -> tuple[str, str]:
    """Run the live suite against a mutant.

    Returns:
        "caught", "survived" or "incompetent", and the first lines of what pytest said.
    """
    with TemporaryDirectory(prefix="goldtape-mutant-") as folder:
        copy = Path(folder) / "services"
        shutil.copytree(root / "tools" / "services", copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / mutant.file).write_text(changed, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "--live", "-q", "-x", "-p", "no:cacheprovider", *options]
        try:
            done = subprocess.run(
                [*command, "-m", "not live and not stress", f"tests/{system}"],
                cwd=root,
                env=os.environ | {"PYTHONPATH": folder},
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "caught", "the suite did not end"
    if "the local service did not start" in done.stdout:
        return INCOMPETENT, "the service did not start"
    told = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return ("caught", told[0] if told else "") if done.returncode else ("survived", "")
