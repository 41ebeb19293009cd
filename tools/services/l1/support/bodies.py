"""What is sent to arrange something. A misspelt field is refused: no test should believe that it worked."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.l1.features.accounts import AccountRole, Email
from services.l1.features.flows import FlowTree
from services.l1.features.sessions import SessionKind, SessionStatus
from services.l1.fields import FromRow, NonBlank, StoredText

DEFAULT_TREE = FlowTree.model_validate(
    {
        "start": "power",
        "nodes": {
            "power": {
                "node_type": "question",
                "question": "Is the power light on?",
                "branches": {"Yes": "restart", "No": "hand-over"},
            },
            "restart": {"node_type": "resolution", "question": "Switch the device off and on again."},
            "hand-over": {"node_type": "escalate", "question": "Have the power supply replaced."},
        },
    }
)

SecondsAgo = Annotated[float, Field(ge=0)]


class Body(BaseModel):
    """A request body that knows all its fields."""

    model_config = ConfigDict(extra="forbid")


class UserChange(Body):
    """What to change about a user; what is left out stays. `deleted` sets or clears `deleted_at`."""

    account_role: AccountRole | None = None
    is_active: bool | None = None
    deleted: bool | None = None


class NewUser(Body):
    """A further user of an account, who cannot log in: their password hash fits no password."""

    email: Email
    name: NonBlank = "Colleague"
    account_role: AccountRole = "l1_tech"
    is_active: bool = True
    deleted: bool = False


class UserRow(FromRow):
    """A user, without the password hash and without times."""

    id: uuid.UUID
    account_id: uuid.UUID
    email: str
    name: str
    account_role: str
    is_active: bool
    deleted: bool


class NewSubscription(Body):
    """The account's one subscription, in the place of whatever it had."""

    plan: StoredText = "pro"
    status: StoredText = "active"


class SessionTimes(Body):
    """A session to insert, with its times in seconds before the insertion."""

    started_s_ago: SecondsAgo
    last_step_s_ago: SecondsAgo
    session_kind: SessionKind = "adhoc"
    status: SessionStatus = "active"


class NewSessions(Body):
    """Sessions of one user, inserted at one instant."""

    created_by_user_id: uuid.UUID
    sessions: list[SessionTimes]


class NewFlow(Body):
    """A flow; its tree is a small one about power unless it is given."""

    title: NonBlank
    keywords: list[NonBlank] = Field(default_factory=list)
    status: Literal["published", "draft"] = "published"
    tree: FlowTree = DEFAULT_TREE


class Created(BaseModel):
    """The ids of what was inserted, in the order it was sent."""

    ids: list[uuid.UUID]
