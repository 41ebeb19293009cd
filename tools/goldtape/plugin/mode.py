"""The three modes of a run: where responses come from and where they go.

replay   responses come from the cassette; every one is played, nothing else is sent, the snapshot agrees
verify   responses come from the service; the snapshot agrees; nothing is written
record   responses come from the service; cassette and snapshot are staged, and written if the test passed
"""

from __future__ import annotations

from enum import Enum

RECORD = "pytest --live --record-mode=rewrite"


class Mode(Enum):
    """One of the three."""

    REPLAY = "replay"
    VERIFY = "verify"
    RECORD = "record"

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self is not Mode.REPLAY


class WrongUse(ValueError):
    """The options of a run contradict each other; the message names the command that was meant."""


def chosen(live: bool, record_mode: str | None, updates: bool) -> Mode:
    """The mode that the options of a run ask for.

    Args:
        live: `--live` or GOLDTAPE_LIVE.
        record_mode: pytest-recording's `--record-mode`; None when it is not given, or the plugin is off.
        updates: One of syrupy's options that write snapshots.

    Raises:
        WrongUse: They contradict each other, or ask for half a recording.
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
