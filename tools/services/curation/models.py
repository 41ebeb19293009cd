"""What travels: the bodies of requests and responses, camelCase on the wire and snake_case in Python."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^/\\?#]+$")]
"""A path segment; the four characters left out cannot stand in one, nor in a Cosmos document id (255 at most)."""

Text = Annotated[str, StringConstraints(min_length=1)]
Tag = Annotated[str, StringConstraints(pattern=r"^[^:]+:.+$")]


class Key(NamedTuple):
    """What names one item; keys sort in the order in which items are handed out."""

    dataset: str
    bucket: str
    item_id: str


class Status(StrEnum):
    """Where an item is in its life."""

    DRAFT = "draft"
    APPROVED = "approved"
    SKIPPED = "skipped"
    DELETED = "deleted"


class Wire(BaseModel):
    """A body whose fields are camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Turn(Wire):
    """One message of the conversation an item is about."""

    model_config = ConfigDict(extra="forbid")

    role: Text
    msg: Text


class NewItem(Wire):
    """An item as a client imports it; what the service itself keeps track of is not importable."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    id: Name
    dataset_name: Name
    bucket: UUID = UUID(int=0)
    status: Status = Status.DRAFT
    history: list[Turn] = []
    comment: str = ""
    manual_tags: list[Tag] = []

    @property
    def key(self) -> Key:
        return Key(self.dataset_name, str(self.bucket), self.id)


class Item(Wire):
    """An item as it is stored and answered.

    Instants are ISO-8601 in UTC with six fraction digits. `etag` is empty until the store has set it.
    """

    id: str
    dataset_name: str
    bucket: str
    status: Status
    answer: str | None = None
    history: list[Turn]
    comment: str
    manual_tags: list[str]
    tags: list[str]
    assigned_to: str | None = None
    assigned_at: str | None = None
    created_at: str
    updated_at: str
    updated_by: str
    reviewed_at: str | None = None
    etag: str = ""

    @property
    def key(self) -> Key:
        return Key(self.dataset_name, self.bucket, self.id)


class Change(Wire):
    """What a curator sends about an assigned item; a content field left out or null stays as it is.

    `status` is any text here, so that an unknown one is answered with its own code.
    """

    approve: bool = False
    status: str | None = None
    answer: str | None = None
    history: list[Turn] | None = None
    comment: str | None = None
    manual_tags: list[Tag] | None = None


class ImportFailure(Wire):
    """Why one item of an import was not stored; `index` counts from 0 in request order."""

    index: int
    item_id: str
    field: str
    code: str
    message: str


class ValidationSummary(Wire):
    """Counts of one import; `succeeded` and `failed` add up to `total`."""

    total: int
    succeeded: int
    failed: int


class ImportResult(Wire):
    """The answer to an import; `uuids` has every id of the request in order, refused ones included."""

    imported: int
    failed: int
    errors: list[ImportFailure]
    uuids: list[str]
    validation_summary: ValidationSummary


class SelfServeRequest(Wire):
    """How many further items the caller asks for; zero or less asks for none."""

    limit: int


class SelfServeResult(Wire):
    """The items just handed out, sorted by id; fewer than `requested` when supply has run out."""

    requested: int
    assigned_count: int
    assigned: list[Item]


class AssignmentRow(Wire):
    """One line of the caller's own work."""

    id: str
    dataset: str
    bucket: str
    status: Status
    etag: str
    assigned_at: str | None
