"""What every support route may use: a database session, and a client of the stand-in model."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import httpx
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.database import Sessions
from services.l1.errors import NotFound
from services.l1.tables import Account


@dataclass(frozen=True)
class Resources:
    """What lives as long as the application."""

    sessions: Sessions
    llm: httpx.AsyncClient


def _resources(request: Request) -> Resources:
    resources = request.app.state.resources
    assert isinstance(resources, Resources)  # app.py puts it there before the first request
    return resources


Shared = Annotated[Resources, Depends(_resources)]


async def _database(shared: Shared) -> AsyncIterator[AsyncSession]:
    async with shared.sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(_database)]


async def _existing_account(account_id: uuid.UUID, db: Database) -> uuid.UUID:
    if await db.get(Account, account_id) is None:
        raise NotFound("account_not_found")
    return account_id


AccountId = Annotated[uuid.UUID, Depends(_existing_account)]
