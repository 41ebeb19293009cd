"""Serving a fake, so that a route can break the connection it is called on."""

from __future__ import annotations

import asyncio
import socket
import struct

import uvicorn
from fastapi import FastAPI, Request
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE_S = 1
_LINGER_0 = struct.pack("ii", 1, 0)


class _Breakable(H11Protocol):
    """Gives every request the transport it came over, in `request.state.transport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # asyncio types this more widely than uvicorn, which serves nothing but stream transports.
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve on a socket until interrupted; calls that still hang then are dropped after a second."""
    config = uvicorn.Config(app, http=_Breakable, log_level="warning", timeout_graceful_shutdown=GRACE_S)
    uvicorn.Server(config).run(sockets=[listener])


def reset_connection(request: Request) -> None:
    """Close the request's connection so that the other side sees a reset, not an end."""
    transport: asyncio.Transport = request.state.transport
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    transport.abort()
