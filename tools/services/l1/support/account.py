"""The account that a route is about: one that exists."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends

from services.l1.database import Database
from services.l1.errors import NotFound
from services.l1.tables import Account


async def _existing_account(account_id: uuid.UUID, db: Database) -> uuid.UUID:
    if await db.get(Account, account_id) is None:
        raise NotFound("account_not_found")
    return account_id


AccountId = Annotated[uuid.UUID, Depends(_existing_account)]
