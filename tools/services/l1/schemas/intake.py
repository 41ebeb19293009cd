"""Intake: a problem comes in, and one of four outcomes goes out."""

from __future__ import annotations

import uuid
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from services.l1.fields import NonBlank, StoredText
from services.l1.schemas.sessions import SessionKind

Outcome = Literal["build", "flow", "adhoc", "out_of_scope"]
NextAction = Literal["adhoc", "escalate"]


class IntakeRequest(BaseModel):
    """A customer's problem; `flow_id` or `adhoc` choose the walk and leave nothing to match."""

    problem_statement: NonBlank
    customer_name: StoredText | None = None
    customer_contact: StoredText | None = None
    flow_id: uuid.UUID | None = None
    adhoc: bool = False

    @model_validator(mode="after")
    def _choose_one_walk(self) -> Self:
        if self.adhoc and self.flow_id is not None:
            raise PydanticCustomError("flow_id_and_adhoc", "flow_id and adhoc exclude each other")
        return self


class Shape(NamedTuple):
    """What a response of one outcome must and must not carry."""

    session_kind: SessionKind | None
    required: frozenset[str]
    absent: frozenset[str]


_SESSION = frozenset({"session_id", "ticket_id", "ticket_kind"})
SHAPES: dict[Outcome, Shape] = {
    "build": Shape("ai_build", _SESSION | {"category"}, frozenset({"flow_id", "message", "actions"})),
    "flow": Shape("flow", _SESSION | {"flow_id"}, frozenset({"message", "actions"})),
    "adhoc": Shape("adhoc", _SESSION, frozenset({"flow_id", "category", "message", "actions"})),
    "out_of_scope": Shape(None, frozenset({"message", "actions"}), _SESSION | {"flow_id"}),
}


class IntakeResponse(BaseModel):
    """What became of the problem. A response that contradicts its outcome cannot be built."""

    outcome: Outcome
    session_kind: SessionKind | None = None
    session_id: uuid.UUID | None = None
    ticket_id: str | None = None
    ticket_kind: Literal["internal"] | None = None
    flow_id: uuid.UUID | None = None
    category: str | None = None
    message: str | None = None
    actions: list[NextAction] | None = None

    @model_validator(mode="after")
    def _fit_the_outcome(self) -> Self:
        shape = SHAPES[self.outcome]
        if self.session_kind != shape.session_kind:
            raise ValueError(f"{self.outcome} goes with session kind {shape.session_kind}, not {self.session_kind}")
        if missing := sorted(name for name in shape.required if getattr(self, name) is None):
            raise ValueError(f"{self.outcome} lacks {', '.join(missing)}")
        if surplus := sorted(name for name in shape.absent if getattr(self, name) is not None):
            raise ValueError(f"{self.outcome} may not carry {', '.join(surplus)}")
        return self
