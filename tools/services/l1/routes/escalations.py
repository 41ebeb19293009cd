"""Handing problems on, and the list of those handed on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from fastapi import APIRouter

from services.l1.access import Database, EscalationTaker, Walker
from services.l1.features import escalations
from services.l1.schemas.escalations import EscalateRequest, EscalateWithoutWalkRequest, EscalationResponse
from services.l1.schemas.sessions import SessionResponse
from services.l1.tables import L1WalkSession

router = APIRouter(prefix="/l1", tags=["escalations"])


@router.post("/sessions/{session_id}/escalate")
async def escalate(session_id: uuid.UUID, body: EscalateRequest, user: Walker, db: Database) -> EscalationResponse:
    """End the walk by handing it on."""
    return _response(*await escalations.escalate(db, user, session_id, body))


@router.post("/escalate-without-walk")
async def escalate_without_walk(body: EscalateWithoutWalkRequest, user: Walker, db: Database) -> EscalationResponse:
    """Hand a problem on that nobody has walked."""
    return _response(*await escalations.escalate_without_walk(db, user, body))


@router.get("/escalations")
async def list_escalated(user: EscalationTaker, db: Database) -> list[SessionResponse]:
    """List the account's escalated sessions, the latest first."""
    return [SessionResponse.model_validate(session) for session in await escalations.list_escalated(db, user)]


def _response(session: L1WalkSession, recipients: Sequence[uuid.UUID]) -> EscalationResponse:
    shown = SessionResponse.model_validate(session)
    return EscalationResponse(
        **dict(shown),
        escalation_recipients=list(recipients),
        warnings=[] if recipients else ["no_escalation_recipients"],
    )
