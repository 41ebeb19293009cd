"""PostgreSQL: an engine from a URL, the tables that tables.py states, and a session for every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import asyncpg
from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from services.l1.tables import Base
from services.state import state

# Any constant will do, as long as every process that creates this schema uses the same one.
SCHEMA_LOCK = 0x11

Sessions = Callable[[], AsyncSession]


async def _session(sessions: Annotated[Sessions, state("sessions")]) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(_session)]
"""What a route is given: a session of its own, until it has answered."""


def create_engine(database_url: str) -> AsyncEngine:
    """Make an engine; nothing connects yet.

    asyncpg reads the URL itself, so sockets (`?host=/folder`) and `sslmode` mean what they mean to libpq.
    """

    async def connect() -> asyncpg.Connection[Any]:
        return await asyncpg.connect(database_url)

    return create_async_engine("postgresql+asyncpg://", async_creator=connect)


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Make a factory of sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def create_tables(engine: AsyncEngine) -> None:
    """Create the tables that are missing; several processes that start at once take turns."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        await connection.run_sync(Base.metadata.create_all)
