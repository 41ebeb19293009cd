"""The connection to PostgreSQL: an engine from a URL, and the migrations that bring its schema up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant will do, as long as every process that migrates this schema uses the same one.
MIGRATION_LOCK = 0x11

Sessions = Callable[[], AsyncSession]


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


async def migrate(engine: AsyncEngine) -> None:
    """Run `alembic upgrade head`; several processes that start at once take turns."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
