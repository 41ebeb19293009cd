"""The subjects a model may walk, and which of them an account has switched on; for those who manage the account."""

from __future__ import annotations

from typing import Literal, get_args

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.access import OwnerOrAdmin
from services.l1.database import Database
from services.l1.tables import Account, User

Category = Literal["email", "hardware", "network", "password", "printer", "software", "vpn"]
CATEGORIES: tuple[str, ...] = get_args(Category)

router = APIRouter(prefix="/l1/categories", tags=["categories"])


class CategoriesRequest(BaseModel):
    """The complete new choice; what is not named is off."""

    enabled: list[Category]


class CategoriesResponse(BaseModel):
    """Both lists in alphabetical order."""

    available: list[str]
    enabled: list[str]


@router.get("")
async def show(user: OwnerOrAdmin, db: Database) -> CategoriesResponse:
    """Show what there is to choose from, and what is chosen."""
    return CategoriesResponse(available=list(CATEGORIES), enabled=await enabled_categories(db, user))


@router.patch("")
async def choose(body: CategoriesRequest, user: OwnerOrAdmin, db: Database) -> CategoriesResponse:
    """Switch exactly the named categories on."""
    account = await db.get_one(Account, user.account_id)
    account.l1_enabled_categories = sorted(set(body.enabled))
    await db.commit()
    return await show(user, db)


async def enabled_categories(db: AsyncSession, user: User) -> list[str]:
    """Return the categories the user's account has switched on, in alphabetical order."""
    account = await db.get_one(Account, user.account_id)
    return account.l1_enabled_categories
