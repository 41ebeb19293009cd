"""The three modes of a run: the source of the responses, and their use.

replay   responses come from the cassette; the test asks for each of them, and the snapshot agrees
verify   responses come from the service; the snapshot agrees; nothing is written
record   responses come from the service; cassette and snapshot are staged, and written if the test has passed
"""

from __future__ import annotations

from enum import Enum

from goldtape.verdict import RECORD


class Mode(Enum):
    REPLAY = "replay"
    VERIFY = "verify"
    RECORD = "record"

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self is not Mode.REPLAY


class WrongUse(ValueError):
    """The options of a run contradict each other, or ask for half a recording; the message names the right command."""


def chosen(live: bool, record_mode: str | None, updates: bool) -> Mode:
    """The mode that the options of a run ask for, or else WrongUse.

    `record_mode` is None when it is not given or pytest-recording is off; `updates` is any option of syrupy that writes
    snapshots.
    """
    if updates:
        raise WrongUse(f"snapshots come out of a recording, not out of a replay\nnext: {RECORD}")
    if record_mode not in (None, "none", "rewrite"):
        raise WrongUse(
            f"--record-mode={record_mode}: goldtape knows `rewrite` only, because a cassette half old and half new "
            f"proves nothing\nnext: {RECORD}"
        )
    if record_mode == "rewrite" and not live:
        raise WrongUse(
            "--record-mode=rewrite needs --live (or GOLDTAPE_LIVE=1): recording talks to running services\n"
            f"next: {RECORD}"
        )
    return Mode.RECORD if record_mode == "rewrite" else Mode.VERIFY if live else Mode.REPLAY
