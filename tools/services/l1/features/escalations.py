"""Escalations: ending a walk, or never starting one, and telling those who can take over."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.access import EscalationTaker, Walker
from services.l1.clock import now
from services.l1.database import Database
from services.l1.features.sessions import SessionResponse, end_session, lock_active, open_session
from services.l1.features.tickets import Problem, create_ticket
from services.l1.fields import StoredText
from services.l1.tables import ESCALATION_ROLES, L1WalkSession, Notification, User

ReasonCategory = Literal["needs_l2", "no_kb", "out_of_scope", "depth_cap", "other"]

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/l1", tags=["escalations"])


class EscalateRequest(BaseModel):
    """Why, and to whom; nobody named means the account's default recipients."""

    reason_category: ReasonCategory
    reason: StoredText
    recipient_user_ids: list[uuid.UUID] = Field(default_factory=list)


class EscalateWithoutWalkRequest(Problem, EscalateRequest):
    """The same for a problem that has no session yet."""


class EscalationResponse(SessionResponse):
    """The session, and who was told, by e-mail address."""

    escalation_recipients: list[uuid.UUID]
    warnings: list[Literal["no_escalation_recipients"]]


@router.post("/sessions/{session_id}/escalate")
async def escalate(session_id: uuid.UUID, body: EscalateRequest, user: Walker, db: Database) -> EscalationResponse:
    """End an active walk by handing it on."""
    session = await lock_active(db, user, session_id)
    return await _hand_on(db, user, session, body, now())


@router.post("/escalate-without-walk")
async def escalate_without_walk(body: EscalateWithoutWalkRequest, user: Walker, db: Database) -> EscalationResponse:
    """Hand a problem on that nobody has walked: a ticket, and an ad-hoc session that is escalated from the start."""
    at = now()
    session = open_session(db, user, create_ticket(db, user, body, at), "adhoc", at)
    return await _hand_on(db, user, session, body, at)


@router.get("/escalations", response_model=list[SessionResponse])
async def list_escalated(user: EscalationTaker, db: Database) -> Sequence[L1WalkSession]:
    """List the account's escalated sessions, the latest first."""
    query = (
        select(L1WalkSession)
        .where(L1WalkSession.account_id == user.account_id, L1WalkSession.status == "escalated")
        .order_by(L1WalkSession.escalated_at.desc(), L1WalkSession.id)
    )
    return (await db.scalars(query)).all()


async def _hand_on(
    db: AsyncSession, user: User, session: L1WalkSession, request: EscalateRequest, at: datetime
) -> EscalationResponse:
    """End the session as escalated, add a notification for each recipient, and commit."""
    end_session(db, user, session, "escalated", at)
    session.escalation_reason_category = request.reason_category
    session.escalation_reason = request.reason
    session.escalated_at = at
    recipients = await _find_recipients(db, user, request.recipient_user_ids)
    if not recipients:
        logger.warning("nobody to tell about escalated session %s of account %s", session.id, session.account_id)
    db.add_all(_notification(session, recipient, at) for recipient in recipients)
    await db.commit()
    return EscalationResponse(
        **dict(SessionResponse.model_validate(session)),
        escalation_recipients=recipients,
        warnings=[] if recipients else ["no_escalation_recipients"],
    )


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
