"""The faults of a test's requests, as data; `explain` words them."""

from __future__ import annotations

from dataclasses import dataclass

from goldtape.exchange.interaction import Request


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A request without a recorded answer.

    `nearest` is the recorded interaction most like it, counted from 0, None when there is none.
    `exhausted` says that this very request was recorded, but every recording of it has been played.
    """

    request: Request
    nearest: int | None
    exhausted: bool


@dataclass(frozen=True, slots=True)
class Unplayed:
    """Recorded interactions that no request asked for, counted from 0."""

    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """A test asks for the interaction `asked` where `due` was recorded, both counted from 0."""

    asked: int
    due: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Requests that got no response, and no error of the client that would be the same in the next run.

    They were cancelled, or on their way when the test ended, or what stopped them knows nothing of HTTP.
    """

    requests: tuple[Request, ...]


Fault = Unmatched | Unplayed | OutOfOrder | Unanswered


class UnmatchedRequest(Exception):
    """A test sent a request that its cassette does not hold; the message explains, `found` has the facts."""

    def __init__(self, found: Unmatched, message: str) -> None:
        self.found = found
        super().__init__(message)


def unmatched_in(error: BaseException | None) -> UnmatchedRequest | None:
    """The unmatched request that an error comes of, so that the report of that says everything; None if of another."""
    if isinstance(error, BaseExceptionGroup):  # of several finalizers
        found = list(map(unmatched_in, error.exceptions))
        return found[0] if all(found) else None
    while error is not None and not isinstance(error, UnmatchedRequest):
        error = error.__cause__ or error.__context__
    return error
