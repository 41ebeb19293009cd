"""Run a system's local service until Ctrl-C, and print the variable that points tests at it."""

from __future__ import annotations

import argparse
import sys

from goldtape.cli.running import until_interrupted
from goldtape.config import Config
from goldtape.live import target


def configure(parser: argparse.ArgumentParser) -> None:
    """Which system, and on which port."""
    parser.add_argument("system", help="a name from [tool.goldtape.systems]")
    parser.add_argument("--port", type=int, default=0, help="loopback port of the service; any free one by default")


def run(arguments: argparse.Namespace) -> int:
    """Start, print `URL_ENV=url` for each address, wait."""
    config: Config = arguments.config
    system = config.systems.get(arguments.system)
    if system is None:
        print(f"no system {arguments.system!r}; valid: {', '.join(config.systems) or 'none'}", file=sys.stderr)
        return 2
    with target.running(config, system, arguments.port) as urls:
        for one in system.targets:
            print(f"{one.url_env}={urls[one.name]}", flush=True)
        until_interrupted()
    return 0
