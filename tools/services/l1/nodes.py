"""A node: one thing the technician is shown, whether a model, a flow or the service itself made it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from services.l1.fields import NonBlank, StoredText

NodeType = Literal["question", "resolution", "escalate"]


class NodeDraft(BaseModel):
    """A node before it has a place in a walk. An id that came along is dropped."""

    node_type: NodeType
    question: NonBlank
    options: list[StoredText] = Field(default_factory=list)
    help: StoredText | None = None


class Node(NodeDraft):
    """A node as served: `depth` counts from 1, `reason` is set when the service ended the walk itself."""

    id: str
    depth: int
    reason: Literal["depth_cap"] | None = None


class AnsweredNode(BaseModel):
    """One step of a walked path, with the question as it was served."""

    node_id: str
    question: str
    answer: str
    ts: str
