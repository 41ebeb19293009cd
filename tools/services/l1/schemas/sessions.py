"""Walk sessions: what can be done to one, and how it reads."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel

from services.l1.clock import Instant
from services.l1.fields import FromRow, NonBlank, StoredText
from services.l1.nodes import AnsweredNode, Node

SessionKind = Literal["adhoc", "ai_build", "flow"]
SessionStatus = Literal["active", "resolved", "escalated"]


class StepRequest(BaseModel):
    """An answer; `question` is what the client showed, and is not stored."""

    node_id: StoredText
    question: StoredText
    answer: NonBlank


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
