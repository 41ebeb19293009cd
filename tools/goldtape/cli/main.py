"""`goldtape COMMAND`: stdout is the result, stderr the talk; exit code 0 clean, 1 drift or findings, 2 wrong use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from goldtape import config as configuration
from goldtape.cli import audit, cases, demo, judge, new, record, support, up, verify
from goldtape.goldens import transaction
from goldtape.goldens.reading import UnreadableGolden
from goldtape.live.target import TargetError

# A command has the name of its file; help lists them in this order.
_ALL = (record, verify, judge, audit, cases, up, support, new, demo)
COMMANDS = {module.__name__.rpartition(".")[2]: module for module in _ALL}


def main(argv: Sequence[str]) -> int:
    """Run a command; `argv` are the words after `goldtape`.

    Returns the exit code, except that argparse ends wrong use with SystemExit(2).
    """
    parser = argparse.ArgumentParser(prog="goldtape", description="Record/replay golden files for HTTP services.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        text = (module.__doc__ or "").partition("\n")[0]
        module.configure(
            commands.add_parser(
                name, help=text, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
            )
        )
    arguments, rest = parser.parse_known_args(argv)
    module = COMMANDS[arguments.command]
    if rest and arguments.command not in ("record", "verify", "judge"):
        parser.error(f"{arguments.command} does not take {' '.join(rest)}")
    arguments.rest = rest
    try:
        if getattr(arguments, "needs_project", True):
            arguments.config = _project()
            _recover(arguments.config)
        return int(module.run(arguments))
    except (configuration.ConfigError, TargetError, UnreadableGolden) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; goldens change only after their test has passed, so none is half-written", file=sys.stderr)
        return 2


def _recover(config: configuration.Config) -> None:
    """Finish what a killed recording left; where that fails the command still reads what there is."""
    try:
        transaction.recover(config.work)
    except transaction.CommitError as error:
        print(error, file=sys.stderr)


def _project() -> configuration.Config:
    root = configuration.find_root(Path.cwd())
    if root is None:
        raise configuration.ConfigError(
            "no pyproject.toml with a [tool.goldtape] table here or above\nnext: goldtape new project FOLDER"
        )
    return configuration.load(root)


def entry() -> None:
    """The `goldtape` script."""
    sys.exit(main(sys.argv[1:]))
