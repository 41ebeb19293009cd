"""A difference as data: what changed, where, and how grave that is.

breaking   a client written against the snapshot may stop working: another status or content type, a field gone,
           renamed or of another type, an item or an exchange missing, values that no longer belong together, a secret
           in a new place, anything new in what a system did to others
additive   it will not notice: a new field, header or exchange
changed    the shape is the same; a value, the order, or what a list or a text holds is not
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

Kind = Literal["breaking", "additive", "changed"]
How = Literal["equal", "unchanged", "another", "apart", "before", "after"]

CONTENT_TYPES = ("content-type", "headers.content-type")
_SECRET = re.compile(r"\[redacted")
_COUNTED = re.compile(r"^\d+ items$")
_PLACE = re.compile(r"\[\d+\]")


class Change(Enum):
    """The sort of a difference, which decides what its `expected` and `actual` hold.

    GONE and NEW: one of them is ABSENT. RENAMED: `actual` is the new name. REORDERED: the two orders, as lists of
    texts. RESIZED: the summaries of two bodies above the limit. REWRITTEN: the lines of two parts of a text. FLIPPED:
    status and code of a success and a refusal, as texts. RELATED: `actual` is a Relation. Others: the two JSON values.
    """

    GONE = "gone"
    NEW = "new"
    RENAMED = "renamed"
    RETYPED = "retyped"
    CHANGED = "changed"
    REORDERED = "reordered"
    RESIZED = "resized"
    REWRITTEN = "rewritten"
    FLIPPED = "flipped"
    RELATED = "related"


_BREAKING = (Change.GONE, Change.RENAMED, Change.RETYPED, Change.FLIPPED, Change.RELATED)


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Relation:
    """How a minted value belongs to others now.

    `path` is the place of the other in the same exchange, `exchange` the number of another one; "" if there is none.
    """

    how: How
    path: str = ""
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs from the snapshot.

    `exchange` is its label ("3. PUT /v1/... as bob"), `path` leads to the place ("received.error.code", "" for the
    exchange itself). `Change` says what `expected` and `actual` are. `places` are the part of the transcripts and the
    places in it, counted from 0, of the two exchanges; None where there is none. `operation` is the request without
    what varies from test to test, and `sent` the one that was really sent. `support` says that it shows what a system
    did to others.
    """

    change: Change
    exchange: str
    path: str
    expected: Any
    actual: Any
    places: tuple[str, int | None, int | None] = ("", None, None)
    operation: str = ""
    sent: str = ""
    support: bool = False

    @property
    def kind(self) -> Kind:
        """The gravity of the difference for a client that was written against the snapshot."""
        if self.change in _BREAKING or self.path == "status" or self.path in CONTENT_TYPES:
            return "breaking"
        if self.path == "no-answer" and _error(self.expected) != _error(self.actual):
            return "breaking"
        if self.change is Change.RESIZED and _has_lost(self.expected.get("shape"), self.actual.get("shape")):
            return "breaking"
        if self.change is not Change.NEW:
            return "changed"
        if self.path and (self.support or _SECRET.search(json.dumps(self.actual))):
            return "breaking"
        return "changed" if self.path.endswith("]") else "additive"

    @property
    def place(self) -> str:
        """The path, without what another recording could number otherwise."""
        return _PLACE.sub("[*]", self.path)

    @property
    def leaf(self) -> str:
        """The last name of the path."""
        return self.place.rpartition(".")[2]

    @property
    def fingerprint(self) -> str:
        """Six digits that are the same for the same difference after another recording, and in other tests."""
        about = [self.kind, self.operation, self.place, self.change.value]
        if self.path == "status" or self.change is Change.RENAMED:
            # What it is now says what changed, and is nothing that a service mints.
            about.append(str(self.actual))
        return hashlib.sha256("\0".join(about).encode()).hexdigest()[:6]


def _has_lost(shape: Any, other: Any) -> bool:
    """Whether a field of an outline is gone from another, or of another type; how many items there are is no type."""
    if not isinstance(shape, dict) or not isinstance(other, dict):
        return shape != other and "nothing" not in (shape, other) and None not in (shape, other)
    there = {_COUNTED.sub("items", name): value for name, value in other.items()}
    fields = ((_COUNTED.sub("items", name), value) for name, value in shape.items())
    return any(name not in there or _has_lost(value, there[name]) for name, value in fields)


def _error(why: str) -> str:
    """The class of the error; the limit after it is the test's own, and says nothing of the service."""
    return why.partition(" ")[0]
