"""Serve one fake on loopback: python -m services.coordinator.stand_ins foi --port 18083"""

from __future__ import annotations

import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from services.coordinator.stand_ins.foi import FoiFake
from services.coordinator.stand_ins.iqube import IQubeFake
from services.coordinator.stand_ins.itm import ItmFake
from services.coordinator.stand_ins.serving import serve

FAKES = {"itm": (ItmFake, 18081), "iqube": (IQubeFake, 18082), "foi": (FoiFake, 18083)}


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; returns 0, or 1 if the port is taken."""
    parser = ArgumentParser(prog="python -m services.coordinator.stand_ins", description=__doc__)
    parser.add_argument("name", choices=FAKES)
    parser.add_argument("--port", type=int, help="port on 127.0.0.1 (default: IT_FAKE_<NAME>_PORT, then the usual)")
    parser.add_argument("--fd", type=int, help="an inherited socket that listens already, instead of a port")
    arguments = parser.parse_args(argv)
    fake, usual_port = FAKES[arguments.name]
    listener = _inherited(arguments.fd) or _bound(
        arguments.port or int(os.environ.get(f"IT_FAKE_{arguments.name.upper()}_PORT") or usual_port)
    )
    if listener is None:
        print(f"the port of {arguments.name} is taken; name another with --port", file=sys.stderr)
        return 1
    serve(fake().app(), listener)
    return 0


def _inherited(fd: int | None) -> socket.socket | None:
    return None if fd is None else socket.socket(fileno=fd)


def _bound(port: int) -> socket.socket | None:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(main())
