"""A customer's problem comes in."""

from __future__ import annotations

from fastapi import APIRouter

from services.l1.access import Database, Shared, Walker
from services.l1.features import intake
from services.l1.schemas.intake import IntakeRequest, IntakeResponse

router = APIRouter(prefix="/l1", tags=["intake"])


@router.post("/intake")
async def take_in(body: IntakeRequest, user: Walker, db: Database, shared: Shared) -> IntakeResponse:
    """Walk what was asked for; otherwise match a flow, or let the model build the walk."""
    return await intake.take_in(db, user, body, shared.llm)
