"""Run a system's support API beside a real deployment, with the deployment's own DSNs in the environment.

Nothing is started but the support API itself: what it arranges and observes is what the environment names.
"""

from __future__ import annotations

import argparse
import os
import sys

from goldtape.cli.running import until_interrupted
from goldtape.config import Config
from goldtape.live import target


def configure(parser: argparse.ArgumentParser) -> None:
    """Which system, and on which port."""
    parser.add_argument("system", help="a name from [tool.goldtape.systems]")
    parser.add_argument("--port", type=int, default=0, help="loopback port; any free one by default")


def run(arguments: argparse.Namespace) -> int:
    """Start, print `URL_ENV=url`, wait."""
    config: Config = arguments.config
    name = f"{arguments.system}-support"
    targets = [one for system in config.systems.values() for one in system.targets[1:]]
    found = [one for one in targets if one.name == name]
    if not found:
        valid = ", ".join(one.name.removesuffix("-support") for one in targets) or "none"
        print(f"no support API of {arguments.system!r}; systems that have one: {valid}", file=sys.stderr)
        return 2
    with target.started(config, found[0], os.environ, arguments.port) as url:
        print(f"{found[0].url_env}={url}", flush=True)
        until_interrupted()
    return 0
