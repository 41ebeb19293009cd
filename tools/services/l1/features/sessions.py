"""Walk sessions: how one reads, and opening, finding, annotating and resolving it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.access import Walker
from services.l1.clock import Instant, now
from services.l1.database import Database
from services.l1.errors import Conflict, NotFound
from services.l1.features.tickets import close_ticket
from services.l1.fields import FromRow, StoredText
from services.l1.nodes import AnsweredNode, Node
from services.l1.tables import AuditLog, FlowProposal, InternalTicket, L1WalkSession, User

SessionKind = Literal["adhoc", "ai_build", "flow"]
SessionStatus = Literal["active", "resolved", "escalated"]

router = APIRouter(prefix="/l1/sessions", tags=["sessions"])


class Note(BaseModel):
    """A remark; `ts` is the client's own text and stays as it is."""

    text: StoredText
    ts: StoredText


class NotesRequest(BaseModel):
    """The complete list of notes."""

    notes: list[Note]


class ResolveRequest(BaseModel):
    """How the walk ended."""

    helpful: bool
    resolution_notes: StoredText | None = None


class SessionResponse(FromRow):
    """A walk session."""

    id: uuid.UUID
    account_id: uuid.UUID
    created_by_user_id: uuid.UUID
    ticket_id: str
    ticket_kind: str
    session_kind: SessionKind
    status: SessionStatus
    flow_id: uuid.UUID | None
    category: str | None
    problem_text: str | None
    pending_node: Node | None
    walked_path: list[AnsweredNode]
    walk_notes: list[Note]
    helpful: bool | None
    resolution_notes: str | None
    escalation_reason_category: str | None
    escalation_reason: str | None
    started_at: Instant
    last_step_at: Instant
    resolved_at: Instant | None
    escalated_at: Instant | None


# Before /{session_id}: routes are tried in order, and "active" is no UUID.
@router.get("/active", response_model=list[SessionResponse])
async def list_active(user: Walker, db: Database) -> Sequence[L1WalkSession]:
    """List the caller's own active sessions, the one touched last first."""
    query = (
        select(L1WalkSession)
        .where(L1WalkSession.created_by_user_id == user.id, L1WalkSession.account_id == user.account_id)
        .where(L1WalkSession.status == "active")
        .order_by(L1WalkSession.last_step_at.desc(), L1WalkSession.id)
    )
    return (await db.scalars(query)).all()


@router.get("/{session_id}", response_model=SessionResponse)
async def show(session_id: uuid.UUID, user: Walker, db: Database) -> L1WalkSession:
    """Show a session of the caller's account."""
    return await _one(db, _of_account(user, session_id))


@router.post("/{session_id}/notes", response_model=SessionResponse)
async def replace_notes(session_id: uuid.UUID, body: NotesRequest, user: Walker, db: Database) -> L1WalkSession:
    """Put this list in the place of the session's notes."""
    session = await lock_active(db, user, session_id)
    session.walk_notes = [note.model_dump() for note in body.notes]
    session.last_step_at = now()
    await db.commit()
    return session


@router.post("/{session_id}/resolve", response_model=SessionResponse)
async def resolve(session_id: uuid.UUID, body: ResolveRequest, user: Walker, db: Database) -> L1WalkSession:
    """End a walk as resolved, close its ticket, and keep the path as a flow proposal if it helped."""
    session = await lock_active(db, user, session_id)
    at = now()
    end_session(db, user, session, "resolved", at)
    session.helpful = body.helpful
    session.resolution_notes = body.resolution_notes
    session.resolved_at = at
    _propose_flow(db, session, at)
    await close_ticket(db, session)
    await db.commit()
    return session


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


def end_session(db: AsyncSession, user: User, session: L1WalkSession, status: SessionStatus, at: datetime) -> None:
    """Give an active session its last status, with a row of the audit log; the caller commits both."""
    session.status = status
    session.last_step_at = at
    action = f"l1.session.{status}"
    db.add(AuditLog(account_id=user.account_id, user_id=user.id, action=action, target_id=session.id, created_at=at))


def _propose_flow(db: AsyncSession, session: L1WalkSession, at: datetime) -> None:
    """Add the draft of a flow from exactly the answered nodes, if a model walked them and they helped."""
    if session.session_kind != "ai_build" or not session.helpful or not session.walked_path:
        return
    db.add(
        FlowProposal(
            account_id=session.account_id,
            l1_session_id=session.id,
            title=session.problem_text,
            category=session.category,
            steps=[{"question": node["question"], "answer": node["answer"]} for node in session.walked_path],
            created_at=at,
        )
    )


def _of_account(user: User, session_id: uuid.UUID) -> Select[L1WalkSession]:
    return select(L1WalkSession).where(L1WalkSession.id == session_id, L1WalkSession.account_id == user.account_id)


async def _one(db: AsyncSession, query: Select[L1WalkSession]) -> L1WalkSession:
    session = await db.scalar(query)
    if session is None:
        raise NotFound("session_not_found")
    return session
