"""Flow proposals: a model's walk that helped becomes the draft of a flow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.tables import FlowProposal, L1WalkSession


def propose_flow(db: AsyncSession, session: L1WalkSession, at: datetime) -> None:
    """Add a proposal of exactly the answered nodes, if a model walked them and they helped."""
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
