"""What this suite is for: it judges somebody else's service, and finds what deviates, all of it and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from goldtape.live.process import free_port, serving

from ..judged import judged
from ..planted import ROOT

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

DEVIATIONS = {
    "mixed-actions": "which fill 55 back to 100, got 0; POST",
    "idempotent": "expected none of ['demo-",
    "concurrent": "expected none of ['demo-",
    "skipped-return": "expected no assignment, got {'assignedTo': 'alice",
    "visibility": "expected ['dataset', 'etag'] too in [",
    "unassigned-write": "expected 403; PUT",
}
CONFORMING = ["three-users", "cross-user", "if-match"]


def test_the_six_deviations_are_found(tmp_path: Path) -> None:
    """Each is the case that it breaks, with what was seen; the rest conforms, and nothing is left unjudged."""
    port, command = free_port(), f"{sys.executable} -m tests.curation.deviating --port {{port}}"
    file = tmp_path / "plan.json"
    with serving(command, {}, ROOT, tmp_path / "log", "/healthz", port) as url:
        run = judged("tests/curation", "-m", "not stress", f"--plan-report={file}", CURATION_URL=url)

    assert run.returncode == 1, run.stdout + run.stderr
    [curation] = json.loads(file.read_text(encoding="utf-8"))["systems"]
    cases = {case["id"].removeprefix("curation/"): case for case in curation["cases"]}
    assert [name for name, case in cases.items() if case["verdict"] == "conforms"] == CONFORMING, run.stdout
    assert {name for name, case in cases.items() if case["verdict"] == "deviates"} == DEVIATIONS.keys(), run.stdout
    assert len(cases) == len(CONFORMING) + len(DEVIATIONS)
    assert curation["clean-up"] == []
    for name, said in DEVIATIONS.items():
        assert said in cases[name]["reason"]
