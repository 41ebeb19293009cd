"""The response of an intake: one that contradicts its outcome cannot be built."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from services.l1.features.intake import IntakeResponse

SESSION: dict[str, Any] = {"session_id": uuid.uuid4(), "ticket_id": "T-1", "ticket_kind": "internal"}
RESPONSES: dict[str, dict[str, Any]] = {
    "build": {"session_kind": "ai_build", "category": "printer", **SESSION},
    "flow": {"session_kind": "flow", "flow_id": uuid.uuid4(), **SESSION},
    "adhoc": {"session_kind": "adhoc", **SESSION},
    "out_of_scope": {"message": "No.", "actions": ["adhoc", "escalate"]},
}
CONTRADICTIONS: list[tuple[str, dict[str, Any]]] = [
    *((outcome, {name: None}) for outcome, fields in RESPONSES.items() for name in fields),
    *((outcome, {"message": "No."}) for outcome in ("build", "flow", "adhoc")),
    *((outcome, {"flow_id": uuid.uuid4()}) for outcome in ("build", "adhoc", "out_of_scope")),
    *(("out_of_scope", {name: value}) for name, value in SESSION.items()),
    ("build", {"session_kind": "adhoc"}),
    ("adhoc", {"category": "printer"}),
    ("out_of_scope", {"session_kind": "adhoc"}),
]


@pytest.mark.parametrize("outcome", RESPONSES)
def test_each_outcome_has_a_response(outcome: str) -> None:
    """The fields that it needs are enough."""
    assert IntakeResponse.model_validate({"outcome": outcome, **RESPONSES[outcome]}).outcome == outcome


@pytest.mark.parametrize(
    ("outcome", "change"), CONTRADICTIONS, ids=[f"{outcome}-{'-'.join(change)}" for outcome, change in CONTRADICTIONS]
)
def test_a_contradictory_response_cannot_be_built(outcome: str, change: dict[str, Any]) -> None:
    """A field too few or too many is a bug of the service, which must not reach a caller."""
    with pytest.raises(ValueError, match=outcome):
        IntakeResponse.model_validate({"outcome": outcome, **RESPONSES[outcome], **change})
