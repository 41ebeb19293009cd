"""What the plan leaves open to a coordinator: its usual ways, and with LIBERTIES=<seed> others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.coordinator.models import RunResult
from services.liberties import Liberties

LONGEST_DELAY_S = 0.03

_OTHER_REASONS = {"unstable": "not settled yet", "already_claimed": "seen before"}


@dataclass(frozen=True, slots=True)
class Freedoms:
    """The ways of one coordinator.

    `accepted` and `fatal` are the status codes of a run. Its `answer` is whole, has more fields and other reasons, or
    has errors alone. Groups are worked on in `order`, or at once if it is `parallel`. An event is a row of its own,
    or one row a file is `updated`, or there are `more`. The archive has the folders of the source, `flat` or `dated`.
    FOI is asked `foi_attempts` times while it fails. IQube is told the bare status, or in `prose`. One that is
    `reticent` has no routes about its archiving and its log.
    """

    accepted: int
    fatal: int
    answer: Literal["whole", "wordy", "bare"]
    parallel: bool
    rows: Literal["each", "updated", "more"]
    archive: Literal["same", "flat", "dated"]
    foi_attempts: int
    prose: bool
    reticent: bool
    longest_delay_s: float
    liberties: Liberties

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Freedoms:
        """Take the usual ways, or those of the seed in the environment."""
        free = Liberties.read(environ)
        return cls(
            accepted=free.one_of("accepted", 200, 202),
            fatal=free.one_of("fatal", 500, 502, 503),
            answer=free.one_of("answer", "whole", "wordy", "bare"),
            parallel=free.one_of("parallel", False, True),
            rows=free.one_of("rows", "each", "updated", "more"),
            archive=free.one_of("archive", "same", "flat", "dated"),
            foi_attempts=free.one_of("foi attempts", 1, 2),
            prose=free.one_of("prose", False, True),
            reticent=free.one_of("reticent", False, True),
            longest_delay_s=free.one_of("delay", 0.0, LONGEST_DELAY_S, LONGEST_DELAY_S),
            liberties=free,
        )

    async def dawdle(self) -> None:
        """Take a little time, if this coordinator is slow."""
        if self.longest_delay_s:
            await asyncio.sleep(random.uniform(0, self.longest_delay_s))  # nothing depends on its secrecy

    def told(self, reason: str) -> str:
        """The reason as IQube reads it."""
        return f"A file was not processed: {reason.upper()}." if self.prose else reason

    def shaped(self, result: RunResult) -> dict[str, Any]:
        """The answer to a run."""
        whole = result.model_dump(mode="json")
        if self.answer == "bare":
            return {"error": [{"error": f"{one.file}: {one.error}"} for one in result.error]}
        if self.answer == "wordy":
            for one in whole["skipped"]:
                one["reason"] = _OTHER_REASONS[one["reason"]]
            whole["elapsed_ms"] = 12
        return whole
