"""Taking away what the coordinator stands on: the SMB server, its database sessions, the database server."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.database import APPLICATION_NAME, DatabaseLost
from services.coordinator.support.bench import Bench, BenchOf, unavailable

LONGEST_WAIT_S = 20.0
LOOK_INTERVAL_S = 0.02

router = APIRouter(prefix="/faults")


class SmbServer(BaseModel):
    state: Literal["up", "down"]


class DatabaseFault(BaseModel):
    """`sessions`: the server ends the coordinator's connections. `server`: it crashes, and recovers by itself."""

    kill: Literal["sessions", "server"]


@router.put("/smb")
async def set_smb(wanted: SmbServer, bench: BenchOf) -> SmbServer:
    """Kill the SMB server and keep it down, or let it start again; answers when it is so."""
    await set_smb_state(bench, wanted.state)
    return wanted


@router.post("/database")
async def kill_database(fault: DatabaseFault, bench: BenchOf) -> DatabaseFault:
    """Break the coordinator's transactions; answers when the database takes new ones."""
    if fault.kill == "sessions":
        await _end_sessions(bench)
    else:
        await _crash(bench)
    return fault


async def set_smb_state(bench: Bench, state: Literal["up", "down"]) -> None:
    """Have the SMB server up or down, and wait until it is.

    The stack started the server and looks after it; the file tells it what to do.
    """
    marker = bench.settings.smb_down_file
    if marker is None:
        raise unavailable("SMB_DOWN_FILE is not set: the SMB server is not of this stack")
    if state == "down":
        marker.touch()
    else:
        marker.unlink(missing_ok=True)
    deadline = time.monotonic() + LONGEST_WAIT_S
    while await _is_listening(bench) != (state == "up"):
        if time.monotonic() > deadline:
            raise HTTPException(HTTPStatus.CONFLICT, f"the SMB server is not {state} after {LONGEST_WAIT_S:.0f} s")
        await asyncio.sleep(LOOK_INTERVAL_S)


async def _is_listening(bench: Bench) -> bool:
    server = bench.settings.smb_unc_path.split("\\")[2]
    try:
        _, writer = await asyncio.open_connection(server, bench.settings.smb_port)
    except OSError:
        return False
    writer.close()
    return True


async def _end_sessions(bench: Bench) -> None:
    """End the coordinator's connections, and wait until they have ended."""
    query = "SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE application_name = $1"
    async with bench.database.transaction() as connection:
        await connection.execute(query, APPLICATION_NAME, int(LONGEST_WAIT_S * 1000))


async def _crash(bench: Bench) -> None:
    """Kill one server process: PostgreSQL then ends all others, and recovers from its log."""
    before = await _checkpointer(bench)
    with suppress(DatabaseLost):
        async with bench.database.transaction() as connection:
            session = await connection.fetchrow("SELECT pg_backend_pid(), inet_server_addr() IS NULL")
            assert session is not None
            _check_is_postgres(*session)
            os.kill(session[0], signal.SIGKILL)
    deadline = time.monotonic() + LONGEST_WAIT_S
    while await _checkpointer(bench) in (None, before):
        if time.monotonic() > deadline:
            raise HTTPException(HTTPStatus.CONFLICT, f"the database has not recovered in {LONGEST_WAIT_S:.0f} s")
        await asyncio.sleep(LOOK_INTERVAL_S)


def _check_is_postgres(pid: int, is_local: bool) -> None:
    """Make sure that a process id the database names means a database process on this machine."""
    command = Path(f"/proc/{pid}/cmdline")
    if not is_local or not command.exists() or not command.read_bytes().startswith(b"postgres"):
        raise unavailable("the database server is not on this machine, or not behind a Unix socket")


async def _checkpointer(bench: Bench) -> int | None:
    """Return the id of a process that a recovery replaces; None while the server is away."""
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    with suppress(DatabaseLost):
        async with bench.database.transaction() as connection:
            pid: int | None = await connection.fetchval(query)
            return pid
    return None
