"""Intake: a problem comes in, one of four outcomes goes out, with a ticket and a session for all but one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from fastapi import APIRouter
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.access import FreedomsOf, ModelOf, SettingsOf, Walker
from services.l1.clock import now
from services.l1.database import Database
from services.l1.features.categories import enabled_categories
from services.l1.features.flows import find_matching, find_published, first_node
from services.l1.features.sessions import SessionKind, open_session
from services.l1.features.tickets import Problem, create_ticket
from services.l1.features.walks import early_node
from services.l1.llm import LLMClient
from services.l1.tables import Flow, L1WalkSession, User

Outcome = Literal["build", "flow", "adhoc", "out_of_scope"]
NextAction = Literal["adhoc", "escalate"]

OUT_OF_SCOPE = "This problem is outside what a guided walk covers. Walk it ad-hoc, or escalate it."
SESSION_KINDS: dict[Outcome, SessionKind] = {"build": "ai_build", "flow": "flow", "adhoc": "adhoc"}

router = APIRouter(prefix="/l1", tags=["intake"])


class IntakeRequest(Problem):
    """A customer's problem; `flow_id` or `adhoc` choose the walk and leave nothing to match."""

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


@dataclass(frozen=True)
class Dispatch:
    """How a problem will be walked; an outcome without a session kind opens nothing."""

    outcome: Outcome
    category: str | None = None
    flow: Flow | None = None


@router.post("/intake")
async def take_in(
    body: IntakeRequest, user: Walker, db: Database, llm: ModelOf, settings: SettingsOf, freedoms: FreedomsOf
) -> IntakeResponse:
    """Walk what was asked for; otherwise match a flow, or let the model build the walk.

    Ticket and session, if the problem gets them, are committed together.

    Raises:
        NotFound: the flow asked for is not one of the account's published flows.
        LLMUnavailable: the model was needed and gave no usable answer; nothing is stored.
    """
    dispatch = await _dispatch(db, user, body, llm)
    if dispatch.outcome == "out_of_scope":
        return IntakeResponse(outcome="out_of_scope", message=OUT_OF_SCOPE, actions=["adhoc", "escalate"])
    session = _open(db, user, body, dispatch)
    if node := await early_node(session, llm, settings.l1_ai_max_depth, freedoms):
        session.pending_node = node.model_dump()
    response = _response(session, dispatch)
    await db.commit()
    return response


async def _dispatch(db: AsyncSession, user: User, request: IntakeRequest, llm: LLMClient) -> Dispatch:
    if request.flow_id is not None:
        return Dispatch("flow", flow=await find_published(db, user, request.flow_id))
    if request.adhoc:
        return Dispatch("adhoc")
    return await match_or_build(db, user, request.problem_statement, llm)


async def match_or_build(db: AsyncSession, user: User, problem: str, llm: LLMClient) -> Dispatch:
    """Take the published flow that fits; without one let the model build the walk, if the category is on."""
    if flow := await find_matching(db, user, problem):
        return Dispatch("flow", flow=flow)
    enabled = await enabled_categories(db, user)
    verdict = await llm.classify(problem, enabled)
    if verdict.in_scope and verdict.category in enabled:
        return Dispatch("build", category=verdict.category)
    return Dispatch("out_of_scope")


def _open(db: AsyncSession, user: User, request: IntakeRequest, dispatch: Dispatch) -> L1WalkSession:
    at = now()
    ticket = create_ticket(db, user, request, at)
    kind = SESSION_KINDS[dispatch.outcome]
    return open_session(db, user, ticket, kind, at, **_columns(request, dispatch))


def _response(session: L1WalkSession, dispatch: Dispatch) -> IntakeResponse:
    return IntakeResponse(
        outcome=dispatch.outcome,
        session_kind=SESSION_KINDS[dispatch.outcome],
        session_id=session.id,
        ticket_id=session.ticket_id,
        ticket_kind="internal",
        flow_id=session.flow_id,
        category=dispatch.category,
    )


def _columns(request: IntakeRequest, dispatch: Dispatch) -> dict[str, Any]:
    if dispatch.flow is not None:
        return {"flow_id": dispatch.flow.id, "pending_node": first_node(dispatch.flow).model_dump()}
    if dispatch.category is not None:
        return {"category": dispatch.category, "problem_text": request.problem_statement}
    return {}
