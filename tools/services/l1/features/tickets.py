"""Internal tickets. Sessions refer to them by text, so a session may name a ticket that is not here."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Text, cast, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.schemas.escalations import EscalateWithoutWalkRequest
from services.l1.schemas.intake import IntakeRequest
from services.l1.tables import InternalTicket, L1WalkSession, User


def create_ticket(
    db: AsyncSession, user: User, request: IntakeRequest | EscalateWithoutWalkRequest, at: datetime
) -> InternalTicket:
    """Add a ticket for the customer's problem; the caller commits."""
    ticket = InternalTicket(
        id=uuid.uuid4(),
        account_id=user.account_id,
        created_by_user_id=user.id,
        problem_statement=request.problem_statement,
        customer_name=request.customer_name,
        customer_contact=request.customer_contact,
        created_at=at,
    )
    db.add(ticket)
    return ticket


async def close_ticket(db: AsyncSession, session: L1WalkSession) -> None:
    """Mark the session's ticket resolved, if it is one of ours; the caller commits."""
    await db.execute(
        update(InternalTicket)
        .where(InternalTicket.account_id == session.account_id)
        .where(cast(InternalTicket.id, Text) == session.ticket_id)
        .values(status="resolved")
    )
