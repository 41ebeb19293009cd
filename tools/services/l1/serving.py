"""The command line that the service, its support API and its stand-in model share."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence

import uvicorn
from fastapi import FastAPI

from services.environment import SettingsError


def run(module: str, make_app: Callable[[Mapping[str, str]], FastAPI], argv: Sequence[str] | None = None) -> int:
    """Serve an application on 127.0.0.1 until it is told to stop.

    Args:
        module: what stands after `python -m`, for the usage line.
        make_app: builds the application from the environment.
        argv: the arguments after the module name; those of the process if None.

    Returns:
        The exit code: 0 after a normal stop, 2 when the environment is incomplete or wrong.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on, on 127.0.0.1")
    port = parser.parse_args(argv).port
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app = make_app(os.environ)
    except SettingsError as error:
        print(f"{module}: {error}", file=sys.stderr)
        return 2
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
    return 0
