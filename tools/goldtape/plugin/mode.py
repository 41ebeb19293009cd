"""The four modes of a run: the source of the responses, and their use.

replay   responses come from the cassette; the test asks for each of them, and the snapshot agrees
verify   responses come from the service; the snapshot agrees; nothing is written
judge    responses come from the service; the tests' own assertions decide, and goldens are not looked at
record   responses come from the service; cassette and snapshot are staged, and written if the test has passed
"""

from __future__ import annotations

from enum import Enum

from goldtape.verdict import RECORD


class Mode(Enum):
    REPLAY = "replay"
    VERIFY = "verify"
    JUDGE = "judge"
    RECORD = "record"

    @property
    def live(self) -> bool:
        """Whether responses come from a running service."""
        return self is not Mode.REPLAY


class WrongUse(ValueError):
    """The options of a run contradict each other, or ask for half a recording; the message names the right command."""


def chosen(live: bool, record_mode: str | None, updates: bool, against: str | None = None) -> Mode:
    """The mode that the options of a run ask for, or else WrongUse.

    `record_mode` is None when it is not given or pytest-recording is off; `updates` is any option of syrupy that writes
    snapshots; `against` is "plan" to have the plan alone decide, None to have the goldens decide too.
    """
    if against and (not live or record_mode == "rewrite"):
        raise WrongUse("--against=plan judges running services, and writes nothing\nnext: pytest --live --against=plan")
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
    if record_mode == "rewrite":
        return Mode.RECORD
    return Mode.JUDGE if against else Mode.VERIFY if live else Mode.REPLAY
