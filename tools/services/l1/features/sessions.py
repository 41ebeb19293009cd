"""Walk sessions: opening, finding, annotating and resolving them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.clock import now
from services.l1.errors import Conflict, NotFound
from services.l1.features.audit import record
from services.l1.features.proposals import propose_flow
from services.l1.features.tickets import close_ticket
from services.l1.schemas.sessions import Note, ResolveRequest, SessionKind
from services.l1.tables import InternalTicket, L1WalkSession, User


def open_session(
    db: AsyncSession, user: User, ticket: InternalTicket, kind: SessionKind, at: datetime, **columns: Any
) -> L1WalkSession:
    """Add an active session for a ticket; the caller commits.

    Args:
        columns: further columns of the session, for example `category`.
    """
    session = L1WalkSession(
        id=uuid.uuid4(),
        account_id=user.account_id,
        created_by_user_id=user.id,
        ticket_id=str(ticket.id),
        ticket_kind="internal",
        session_kind=kind,
        **{"status": "active", "walked_path": [], "walk_notes": [], **columns},
        started_at=at,
        last_step_at=at,
    )
    db.add(session)
    return session


async def find_session(db: AsyncSession, user: User, session_id: uuid.UUID) -> L1WalkSession:
    """Return a session of the user's account.

    Raises:
        NotFound: the account has no such session.
    """
    return await _one(db, _of_account(user, session_id))


async def lock_active(db: AsyncSession, user: User, session_id: uuid.UUID) -> L1WalkSession:
    """Return an active session of the user's account, locked until the transaction ends.

    Raises:
        NotFound: the account has no such session.
        Conflict: it is resolved or escalated.
    """
    session = await _one(db, _of_account(user, session_id).with_for_update())
    if session.status != "active":
        raise Conflict("session_not_active")
    return session


async def list_active(db: AsyncSession, user: User) -> Sequence[L1WalkSession]:
    """Return the user's own active sessions, the one touched last first."""
    query = (
        select(L1WalkSession)
        .where(L1WalkSession.created_by_user_id == user.id, L1WalkSession.account_id == user.account_id)
        .where(L1WalkSession.status == "active")
        .order_by(L1WalkSession.last_step_at.desc(), L1WalkSession.id)
    )
    return (await db.scalars(query)).all()


async def replace_notes(db: AsyncSession, user: User, session_id: uuid.UUID, notes: Sequence[Note]) -> L1WalkSession:
    """Put this list in the place of the session's notes."""
    session = await lock_active(db, user, session_id)
    session.walk_notes = [note.model_dump() for note in notes]
    session.last_step_at = now()
    await db.commit()
    return session


async def resolve(db: AsyncSession, user: User, session_id: uuid.UUID, request: ResolveRequest) -> L1WalkSession:
    """End a walk as resolved, close its ticket, and keep the path as a flow proposal if it helped."""
    session = await lock_active(db, user, session_id)
    at = now()
    session.status = "resolved"
    session.helpful = request.helpful
    session.resolution_notes = request.resolution_notes
    session.resolved_at = session.last_step_at = at
    propose_flow(db, session, at)
    record(db, user, "l1.session.resolved", session.id, at)
    await close_ticket(db, session)
    await db.commit()
    return session


def _of_account(user: User, session_id: uuid.UUID) -> Select[L1WalkSession]:
    return select(L1WalkSession).where(L1WalkSession.id == session_id, L1WalkSession.account_id == user.account_id)


async def _one(db: AsyncSession, query: Select[L1WalkSession]) -> L1WalkSession:
    session = await db.scalar(query)
    if session is None:
        raise NotFound("session_not_found")
    return session
