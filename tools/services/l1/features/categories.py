"""Which categories an account lets the model walk."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.schemas.categories import CATEGORIES, CategoriesResponse
from services.l1.tables import Account, User


async def enabled_categories(db: AsyncSession, user: User) -> list[str]:
    """Return the categories the user's account has switched on, in alphabetical order."""
    account = await db.get_one(Account, user.account_id)
    return account.l1_enabled_categories


async def show_categories(db: AsyncSession, user: User) -> CategoriesResponse:
    """Return what there is to choose from, and what is chosen."""
    return CategoriesResponse(available=list(CATEGORIES), enabled=await enabled_categories(db, user))


async def choose_categories(db: AsyncSession, user: User, enabled: Sequence[str]) -> CategoriesResponse:
    """Switch exactly these categories on."""
    account = await db.get_one(Account, user.account_id)
    account.l1_enabled_categories = sorted(set(enabled))
    await db.commit()
    return await show_categories(db, user)
