"""The shape of a flow's decision tree."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.l1.fields import StoredText
from services.l1.nodes import NodeDraft

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
