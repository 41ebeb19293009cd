"""The command line of every service, support API and stand-in: python -m services.<name> --port N"""

from __future__ import annotations

import logging
import os
import socket
import sys
from argparse import ArgumentParser
from asyncio import Protocol
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal

import uvicorn
from fastapi import FastAPI

from services.environment import SettingsError

GRACE_S = 2
"""How long an answer may still take after the stop."""


def serve(
    module: str,
    app_from: Callable[[Mapping[str, str]], FastAPI],
    argv: Sequence[str] | None = None,
    protocol: type[Protocol] | Literal["auto"] = "auto",
) -> int:
    """Serve an application on 127.0.0.1 until it is told to stop.

    Args:
        module: what stands after `python -m`.
        app_from: builds the application from the environment.
        argv: the arguments after the module name; those of the process if None.
        protocol: how uvicorn speaks HTTP.

    Returns:
        The exit code: 0 after a stop, 2 when the environment is incomplete or wrong, or the port is taken; like
        uvicorn's own, 3 when the application did not start.
    """
    parser = ArgumentParser(prog=f"python -m {module}")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="the port to listen on, on 127.0.0.1; 0 for any free one")
    where.add_argument("--fd", type=int, help="an inherited socket that listens already")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app = app_from(os.environ)
        listener = _listener(arguments.port) if arguments.fd is None else socket.socket(fileno=arguments.fd)
    except (SettingsError, OSError) as error:
        print(f"{module}: {error}", file=sys.stderr)
        return 2
    print(f"{module}: http://127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr)
    # No log of requests: their addresses may hold secrets.
    config = uvicorn.Config(app, http=protocol, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_S)
    server = uvicorn.Server(config)
    with listener, suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0 if server.started else 3


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise OSError(
            f"port {port} cannot be had: {os.strerror(error.errno or 0)}; name another with --port"
        ) from error
