"""Serve on loopback: python -m services.coordinator.support --port 8001"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

import uvicorn

from services.coordinator.support.app import create_app
from services.coordinator.support.settings import Settings
from services.environment import SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted.

    Returns:
        0 after a stop, 2 when a variable is missing or has no meaning.
    """
    parser = ArgumentParser(prog="python -m services.coordinator.support", description="Coordinator support API.")
    parser.add_argument("--port", type=int, default=8001, help="port on 127.0.0.1 (default: 8001, 0 for any)")
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.read(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(create_app(settings), host="127.0.0.1", port=arguments.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
