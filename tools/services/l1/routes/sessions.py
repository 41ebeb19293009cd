"""Walking a session, from its first node to its resolution."""

from __future__ import annotations

import uuid

from fastapi import APIRouter

from services.l1.access import Database, Shared, Walker
from services.l1.features import sessions, walks
from services.l1.nodes import Node
from services.l1.schemas.sessions import NotesRequest, ResolveRequest, SessionResponse, StepRequest

router = APIRouter(prefix="/l1/sessions", tags=["sessions"])


# Before /{session_id}: routes are tried in order, and "active" is no UUID.
@router.get("/active")
async def list_active(user: Walker, db: Database) -> list[SessionResponse]:
    """List the caller's own active sessions, the one touched last first."""
    return [SessionResponse.model_validate(session) for session in await sessions.list_active(db, user)]


@router.get("/{session_id}")
async def show(session_id: uuid.UUID, user: Walker, db: Database) -> SessionResponse:
    """Show a session of the caller's account."""
    return SessionResponse.model_validate(await sessions.find_session(db, user, session_id))


@router.post("/{session_id}/next-node")
async def next_node(session_id: uuid.UUID, user: Walker, db: Database, shared: Shared) -> Node:
    """Show the pending node of a walk that a model builds; it is asked for only if there is none."""
    return await walks.serve_node(db, user, session_id, shared.llm, shared.settings.l1_ai_max_depth)


@router.post("/{session_id}/step")
async def step(session_id: uuid.UUID, body: StepRequest, user: Walker, db: Database) -> SessionResponse:
    """Answer the pending node."""
    return SessionResponse.model_validate(await walks.accept_step(db, user, session_id, body))


@router.post("/{session_id}/notes")
async def replace_notes(session_id: uuid.UUID, body: NotesRequest, user: Walker, db: Database) -> SessionResponse:
    """Replace the session's notes."""
    return SessionResponse.model_validate(await sessions.replace_notes(db, user, session_id, body.notes))


@router.post("/{session_id}/resolve")
async def resolve(session_id: uuid.UUID, body: ResolveRequest, user: Walker, db: Database) -> SessionResponse:
    """End the walk as resolved."""
    return SessionResponse.model_validate(await sessions.resolve(db, user, session_id, body))
