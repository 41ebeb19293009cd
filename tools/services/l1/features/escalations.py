"""Escalations: ending a walk, or never starting one, and telling those who can take over."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.clock import now
from services.l1.features.audit import record
from services.l1.features.sessions import lock_active, open_session
from services.l1.features.tickets import create_ticket
from services.l1.schemas.escalations import EscalateRequest, EscalateWithoutWalkRequest
from services.l1.tables import ESCALATION_ROLES, L1WalkSession, Notification, User

logger = logging.getLogger(__name__)


async def escalate(
    db: AsyncSession, user: User, session_id: uuid.UUID, request: EscalateRequest
) -> tuple[L1WalkSession, list[uuid.UUID]]:
    """End an active walk as escalated; return it with the ids of those who were told, by e-mail address."""
    session = await lock_active(db, user, session_id)
    recipients = await _hand_on(db, user, session, request, now())
    await db.commit()
    return session, recipients


async def escalate_without_walk(
    db: AsyncSession, user: User, request: EscalateWithoutWalkRequest
) -> tuple[L1WalkSession, list[uuid.UUID]]:
    """Open a ticket and an ad-hoc session that is escalated from the start."""
    at = now()
    ticket = create_ticket(db, user, request, at)
    session = open_session(db, user, ticket, "adhoc", at)
    recipients = await _hand_on(db, user, session, request, at)
    await db.commit()
    return session, recipients


async def list_escalated(db: AsyncSession, user: User) -> Sequence[L1WalkSession]:
    """Return the account's escalated sessions, the latest first."""
    query = (
        select(L1WalkSession)
        .where(L1WalkSession.account_id == user.account_id, L1WalkSession.status == "escalated")
        .order_by(L1WalkSession.escalated_at.desc(), L1WalkSession.id)
    )
    return (await db.scalars(query)).all()


async def _hand_on(
    db: AsyncSession, user: User, session: L1WalkSession, request: EscalateRequest, at: datetime
) -> list[uuid.UUID]:
    """Mark the session escalated, and add a notification for each recipient; the caller commits."""
    session.status = "escalated"
    session.escalation_reason_category = request.reason_category
    session.escalation_reason = request.reason
    session.escalated_at = session.last_step_at = at
    record(db, user, "l1.session.escalated", session.id, at)
    recipients = await _find_recipients(db, user, request.recipient_user_ids)
    if not recipients:
        logger.warning("nobody to tell about escalated session %s of account %s", session.id, session.account_id)
    db.add_all(_notification(session, recipient, at) for recipient in recipients)
    return recipients


async def _find_recipients(db: AsyncSession, user: User, wanted: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Keep those asked for who are present; if that leaves nobody, take the account's default recipients."""
    named = (await db.scalars(_present_colleagues(user).where(User.id.in_(wanted)))).all() if wanted else []
    if named:
        return list(named)
    default = _present_colleagues(user).where(User.account_role.in_(ESCALATION_ROLES), User.id != user.id)
    return list(await db.scalars(default))


def _present_colleagues(user: User) -> Select[uuid.UUID]:
    """Select ids by e-mail address, compared byte by byte so that every server gives the same order."""
    return (
        select(User.id)
        .where(User.account_id == user.account_id, User.is_active, User.deleted_at.is_(None))
        .order_by(User.email.collate("C"))
    )


def _notification(session: L1WalkSession, recipient: uuid.UUID, at: datetime) -> Notification:
    return Notification(
        account_id=session.account_id,
        user_id=recipient,
        kind="l1_escalation",
        payload={"session_id": str(session.id), "reason_category": session.escalation_reason_category},
        created_at=at,
    )
