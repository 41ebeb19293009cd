"""What is sent to arrange something. A misspelt field is refused: no test should believe that it worked."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.l1.features.accounts import AccountRole, Email
from services.l1.features.flows import FlowTree
from services.l1.features.sessions import SessionKind, SessionStatus
from services.l1.fields import NonBlank, StoredText

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


class NewUser(Body):
    """Somebody to register and log in, in an account of their own or in the one that is given.

    `plan` is what their own account pays for; null leaves what it has from the registration.
    """

    email: Email
    account_role: AccountRole
    plan: StoredText | None = "pro"
    account_id: uuid.UUID | None = None


class LoggedIn(BaseModel):
    """Somebody who is registered and logged in."""

    id: uuid.UUID
    account_id: uuid.UUID
    access_token: str


class NewColleague(Body):
    """A further user of an account, who cannot log in: their password hash fits no password."""

    email: Email
    account_role: AccountRole = "l1_tech"
    is_active: bool = True
    deleted: bool = False


class Person(BaseModel):
    """Somebody who was inserted."""

    id: uuid.UUID


class UserChange(Body):
    """What to change about a user; what is left out stays. `deleted` sets or clears `deleted_at`."""

    account_role: AccountRole | None = None
    role: StoredText | None = None
    is_active: bool | None = None
    deleted: bool | None = None


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


class Left(BaseModel):
    """How many rows are left of an account, by table; tables with none are left out."""

    left: dict[str, int]
