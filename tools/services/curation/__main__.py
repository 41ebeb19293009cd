"""Serve on loopback: python -m services.curation --port 8000"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

import uvicorn

from services.curation.app import create_app
from services.curation.settings import store_from
from services.environment import SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted.

    Returns:
        0 after a stop, 2 when the environment does not name a usable store.
    """
    parser = ArgumentParser(prog="python -m services.curation", description="Ground-truth curation service.")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default: 8000, 0 for any)")
    arguments = parser.parse_args(argv)
    try:
        store = store_from(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(create_app(store), host="127.0.0.1", port=arguments.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
