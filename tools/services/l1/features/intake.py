"""Intake: deciding how a problem is walked, then opening the ticket and the session for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.clock import now
from services.l1.features.categories import enabled_categories
from services.l1.features.flows import find_matching, find_published, first_node
from services.l1.features.sessions import open_session
from services.l1.features.tickets import create_ticket
from services.l1.llm import LLMClient
from services.l1.schemas.intake import IntakeRequest, IntakeResponse, Outcome
from services.l1.schemas.sessions import SessionKind
from services.l1.tables import Flow, User

OUT_OF_SCOPE = "This problem is outside what a guided walk covers. Walk it ad-hoc, or escalate it."
SESSION_KINDS: dict[Outcome, SessionKind] = {"build": "ai_build", "flow": "flow", "adhoc": "adhoc"}


@dataclass(frozen=True)
class Dispatch:
    """How a problem will be walked; an outcome without a session kind opens nothing."""

    outcome: Outcome
    category: str | None = None
    flow: Flow | None = None


async def take_in(db: AsyncSession, user: User, request: IntakeRequest, llm: LLMClient) -> IntakeResponse:
    """Dispatch a problem; ticket and session, if it gets them, are committed together.

    Raises:
        NotFound: the flow asked for is not one of the account's published flows.
        LLMUnavailable: the model was needed and gave no usable answer; nothing is stored.
    """
    dispatch = await _dispatch(db, user, request, llm)
    if dispatch.outcome == "out_of_scope":
        return IntakeResponse(outcome="out_of_scope", message=OUT_OF_SCOPE, actions=["adhoc", "escalate"])
    response = _open(db, user, request, dispatch)
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


def _open(db: AsyncSession, user: User, request: IntakeRequest, dispatch: Dispatch) -> IntakeResponse:
    at = now()
    kind = SESSION_KINDS[dispatch.outcome]
    ticket = create_ticket(db, user, request, at)
    session = open_session(db, user, ticket, kind, at, **_columns(request, dispatch))
    return IntakeResponse(
        outcome=dispatch.outcome,
        session_kind=kind,
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
