"""The categories of an account, for those who manage it."""

from __future__ import annotations

from fastapi import APIRouter

from services.l1.access import Database, OwnerOrAdmin
from services.l1.features import categories
from services.l1.schemas.categories import CategoriesRequest, CategoriesResponse

router = APIRouter(prefix="/l1/categories", tags=["categories"])


@router.get("")
async def show(user: OwnerOrAdmin, db: Database) -> CategoriesResponse:
    """Show what a model may walk for this account."""
    return await categories.show_categories(db, user)


@router.patch("")
async def choose(body: CategoriesRequest, user: OwnerOrAdmin, db: Database) -> CategoriesResponse:
    """Switch exactly the named categories on."""
    return await categories.choose_categories(db, user, body.enabled)
