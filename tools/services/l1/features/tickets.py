"""Internal tickets. Sessions refer to them by text, so a session may name a ticket that is not here."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Text, cast, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.fields import NonBlank, StoredText
from services.l1.tables import InternalTicket, L1WalkSession, User


class Problem(BaseModel):
    """What a customer has, and who they are."""

    problem_statement: NonBlank
    customer_name: StoredText | None = None
    customer_contact: StoredText | None = None


def create_ticket(db: AsyncSession, user: User, problem: Problem, at: datetime) -> InternalTicket:
    """Add a ticket for a customer's problem; the caller commits."""
    ticket = InternalTicket(
        id=uuid.uuid4(),
        account_id=user.account_id,
        created_by_user_id=user.id,
        problem_statement=problem.problem_statement,
        customer_name=problem.customer_name,
        customer_contact=problem.customer_contact,
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
