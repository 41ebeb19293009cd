"""Published flows: the shape of their trees, finding the one to walk, and finding the way through it."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.errors import BadRequest, NotFound
from services.l1.fields import StoredText
from services.l1.nodes import Node, NodeDraft
from services.l1.tables import Flow, User

NodeName = Annotated[StoredText, StringConstraints(min_length=1)]


class FlowNode(NodeDraft):
    """A node of a tree; `branches` leads from each option to the name of the next node.

    The options need naming only where their order should differ from that of the branches. They are stored in
    any case, because the database does not keep the order of an object's keys.
    """

    branches: dict[StoredText, NodeName] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _give_every_option_a_branch(self) -> Self:
        self.options = self.options or list(self.branches)
        if sorted(self.options) != sorted(self.branches):
            raise ValueError("options and branches differ")
        if (self.node_type == "question") != bool(self.branches):
            raise ValueError("a question has branches, and nothing else has")
        return self


class FlowTree(BaseModel):
    """A walk written beforehand: where it starts, and its nodes by name."""

    start: NodeName
    nodes: dict[NodeName, FlowNode]

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Self:
        targets = {self.start}.union(*(node.branches.values() for node in self.nodes.values()))
        if missing := sorted(targets - self.nodes.keys()):
            raise ValueError(f"no node is called {', '.join(missing)}")
        return self


async def find_published(db: AsyncSession, user: User, flow_id: uuid.UUID) -> Flow:
    """Return a flow the user's account has published.

    Raises:
        NotFound: there is none with this id; drafts and other accounts' flows count as none.
    """
    flow = await db.get(Flow, flow_id)
    if flow is None or flow.account_id != user.account_id or flow.status != "published":
        raise NotFound("flow_not_found")
    return flow


async def find_matching(db: AsyncSession, user: User, problem: str) -> Flow | None:
    """Return the published flow whose keywords all occur in the problem.

    Case does not count. Of several the one with most keywords wins, then the first by title; a flow without
    keywords is walked only when asked for.
    """
    query = select(Flow).where(Flow.account_id == user.account_id, Flow.status == "published")
    text = problem.casefold()
    matching = [
        flow
        for flow in await db.scalars(query)
        if flow.keywords and all(keyword.casefold() in text for keyword in flow.keywords)
    ]
    return min(matching, key=lambda flow: (-len(flow.keywords), flow.title, flow.id), default=None)


def first_node(flow: Flow) -> Node:
    """Return the node a walk of this flow starts with."""
    tree = FlowTree.model_validate(flow.tree)
    return _served(tree, tree.start, depth=1)


async def node_after(db: AsyncSession, flow_id: uuid.UUID, node: Node, answer: str) -> Node:
    """Return the node an answer leads to.

    Raises:
        BadRequest: the answer is not one of the node's options.
    """
    flow = await db.get_one(Flow, flow_id)
    tree = FlowTree.model_validate(flow.tree)
    branches = tree.nodes[node.id].branches
    if answer not in branches:
        raise BadRequest("unknown_answer")
    return _served(tree, branches[answer], depth=node.depth + 1)


def _served(tree: FlowTree, name: str, depth: int) -> Node:
    draft = tree.nodes[name]
    return Node(**draft.model_dump(exclude={"branches"}), id=name, depth=depth)
