"""Walking: serving the next node, and accepting the answer to the one that is pending.

A session has at most one pending node. It is asked for once, kept, shown again to whoever mounts the walk
again, and cleared by its answer. Both operations lock the session's row, so that two at once behave like one
after the other: two mounts cost one call of the model, and of two answers to one node the second is stale.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from services.l1.access import FreedomsOf, ModelOf, SettingsOf, Walker
from services.l1.clock import now, render_instant
from services.l1.database import Database
from services.l1.errors import BadRequest, Conflict
from services.l1.features.flows import node_after
from services.l1.features.sessions import SessionResponse, lock_active
from services.l1.fields import NonBlank, StoredText
from services.l1.freedoms import Freedoms
from services.l1.llm import LLMClient
from services.l1.nodes import AnsweredNode, Node
from services.l1.tables import L1WalkSession

CAP_REACHED = "This walk has used up its questions. Escalate it."

router = APIRouter(prefix="/l1/sessions", tags=["sessions"])


class StepRequest(BaseModel):
    """An answer; `question` is what the client showed, and is not stored."""

    node_id: StoredText
    question: StoredText
    answer: NonBlank


@router.post("/{session_id}/next-node")
async def serve_node(
    session_id: uuid.UUID, user: Walker, db: Database, llm: ModelOf, settings: SettingsOf, freedoms: FreedomsOf
) -> Node:
    """Show the pending node of a walk that a model builds; the model writes one only if there is none.

    Raises:
        BadRequest: this is not a walk that a model builds.
        LLMUnavailable: nothing usable came back; the session is as it was.
    """
    session = await lock_active(db, user, session_id)
    if session.session_kind != "ai_build":
        raise BadRequest(f"no_next_node_in_{session.session_kind}_session")
    if session.pending_node is not None:
        return Node.model_validate(session.pending_node)
    if freedoms.silent_cap and len(session.walked_path) >= settings.l1_ai_max_depth:
        raise Conflict("depth_cap")
    node = await _new_node(session, llm, settings.l1_ai_max_depth)
    session.pending_node = node.model_dump()
    session.last_step_at = now()
    await db.commit()
    return node


@router.post("/{session_id}/step", response_model=SessionResponse)
async def accept_step(
    session_id: uuid.UUID,
    body: StepRequest,
    user: Walker,
    db: Database,
    llm: ModelOf,
    settings: SettingsOf,
    freedoms: FreedomsOf,
) -> L1WalkSession:
    """Add the answer to the walked path, and in a flow move on to the node it leads to.

    Raises:
        BadRequest: an ad-hoc session has no steps, or a flow's node has no such option.
        Conflict: another node is pending, or the pending one ends the walk and takes no answer.
    """
    session = await lock_active(db, user, session_id)
    if session.session_kind == "adhoc":
        raise BadRequest("no_step_in_adhoc_session")
    node = _pending(session, body.node_id)
    following = None
    if session.flow_id is not None:
        following = await node_after(db, session.flow_id, node, body.answer)
    at = now()
    session.walked_path = [*session.walked_path, _answered(node, body.answer, at)]
    following = following or await early_node(session, llm, settings.l1_ai_max_depth, freedoms)
    session.pending_node = following.model_dump() if following else None
    session.last_step_at = at
    await db.commit()
    return session


async def early_node(session: L1WalkSession, llm: LLMClient, max_depth: int, freedoms: Freedoms) -> Node | None:
    """Have the model write the next node before anybody asks for it, where the service takes that freedom."""
    due = session.session_kind == "ai_build" and len(session.walked_path) < max_depth
    return await _new_node(session, llm, max_depth) if freedoms.early_nodes and due else None


async def _new_node(session: L1WalkSession, llm: LLMClient, max_depth: int) -> Node:
    """Have the model write a node, unless `max_depth` questions are answered: then the service ends the walk."""
    node_id = str(uuid.uuid4())
    depth = len(session.walked_path) + 1
    if depth > max_depth:
        return Node(id=node_id, node_type="escalate", question=CAP_REACHED, depth=depth, reason="depth_cap")
    history = [{"question": node["question"], "answer": node["answer"]} for node in session.walked_path]
    draft = await llm.draft_node(session.problem_text or "", session.category or "", history, depth)
    return Node(**draft.model_dump(), id=node_id, depth=depth)


def _pending(session: L1WalkSession, node_id: str) -> Node:
    if session.pending_node is None or session.pending_node["id"] != node_id:
        raise Conflict("stale_node")
    node = Node.model_validate(session.pending_node)
    if node.node_type != "question":
        raise Conflict("node_takes_no_answer")
    return node


def _answered(node: Node, answer: str, at: datetime) -> dict[str, str]:
    """Pair the answer with the question as it was served, whatever the client believes it showed."""
    return AnsweredNode(node_id=node.id, question=node.question, answer=answer, ts=render_instant(at)).model_dump()
