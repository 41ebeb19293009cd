"""What stands in goldens beside the exchanges, and the last look for secrets before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from goldtape.canonical import refusal, scanner
from goldtape.canonical.pipeline import Pipeline
from goldtape.plugin.heard import Heard


def texts(nodeid: str, cases: Sequence[str], heard: Heard | None) -> dict[str, str]:
    """The texts beside the exchanges, file names included, with what they are."""
    found = {"the test's id": nodeid, **{f"case {number}": case for number, case in enumerate(cases, 1)}}
    races = heard.races if heard else []
    return found | {f"the reason of race {number}": race.why for number, race in enumerate(races, 1)}


def secrets_in(
    beside: Mapping[str, str], heard: Heard | None, staged: Mapping[Path, bytes | None], pipeline: Pipeline
) -> str:
    """A report of the secrets in what would be written, and of bodies that cannot be read; "" if there are none."""
    try:
        refusal.refuse(dict(beside), heard.interactions() if heard else [], dict(staged), pipeline)
    except (refusal.OpaqueBody, refusal.SecretInName, scanner.SecretFound) as error:
        return str(error)
    return ""
