"""Handing a problem on, with or without having walked it."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, Field

from services.l1.fields import NonBlank, StoredText
from services.l1.schemas.sessions import SessionResponse

ReasonCategory = Literal["needs_l2", "no_kb", "out_of_scope", "depth_cap", "other"]


class EscalateRequest(BaseModel):
    """Why, and to whom; nobody named means the account's default recipients."""

    reason_category: ReasonCategory
    reason: StoredText
    recipient_user_ids: list[uuid.UUID] = Field(default_factory=list)


class EscalateWithoutWalkRequest(EscalateRequest):
    """The same for a problem that has no session yet."""

    problem_statement: NonBlank
    customer_name: StoredText | None = None
    customer_contact: StoredText | None = None


class EscalationResponse(SessionResponse):
    """The session, and who was told."""

    escalation_recipients: list[uuid.UUID]
    warnings: list[Literal["no_escalation_recipients"]]
