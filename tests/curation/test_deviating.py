"""What this suite is for: it judges somebody else's service, and finds what deviates, all of it and nothing else."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from goldtape.live.process import free_port, serving

from ..planted import ROOT
from .judging import SUITE, judged

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

DEVIATIONS = {
    "test_selfserve_then_mixed_actions_and_request_more": "which fill 55 back to 100, got 0; POST",
    "test_idempotent_selfserve_does_not_duplicate_assignments": "expected none of ['demo-",
    "test_concurrent_selfserve_no_duplicates[one-user]": "expected none of ['demo-",
    "test_skipped_items_become_reassignable_after_unassign": "expected no assignment, got {'assignedTo': 'alice-",
    "test_my_assignments_have_six_names": "expected ['dataset', 'etag'] too in [",
    "test_unassigned_item_is_not_writable": "expected 403; PUT",
}


def test_the_six_deviations_are_found(tmp_path: Path) -> None:
    """Each fails the test of its own, with what was seen; the rest conforms, and nothing is left unjudged."""
    port, command = free_port(), f"{sys.executable} -m tests.curation.deviating --port {{port}}"
    with serving(command, {}, ROOT, tmp_path / "log", "/healthz", port) as url:
        run = judged(CURATION_URL=url)

    failed = re.findall(rf"^FAILED {SUITE}/test_usecase_flow_cosmos.py::(\S+)", run.stdout, re.MULTILINE)
    assert sorted(failed) == sorted(DEVIATIONS), run.stdout + run.stderr
    assert "NotJudged" not in run.stdout
    assert "ERROR" not in run.stdout
    for said in DEVIATIONS.values():
        assert said in run.stdout
