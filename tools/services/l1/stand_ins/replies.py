"""A reply of the stand-in: what its script says, spoiled as its mode demands.

The mode says what is wrong with the model:

    ok            nothing
    out_of_scope  it takes no problem on; nodes are as usual
    slow          its answer is right, but late
    down          it answers 500
    nonsense      the content is prose instead of JSON
    incomplete    the content is JSON that lacks what was asked for
    refusal       there is no content, but a refusal
    empty         there are no choices
"""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from services.l1.stand_ins.scripts import Json, classify, next_node

Mode = Literal["ok", "out_of_scope", "slow", "down", "nonsense", "incomplete", "refusal", "empty"]
PROSE = "Sure! First I would check the cable."
REFUSAL = "I cannot help with that."


def parse_call(request: Json) -> tuple[str, Json]:
    """Return what a request asks for, `classify` or `node`, and the question itself.

    The kind is in the first line of the system message: `l1-node/1`.
    """
    system, user = request["messages"]
    tag: str = system["content"].split("\n", 1)[0]
    return tag.removeprefix("l1-").partition("/")[0], json.loads(user["content"])


def render_completion(request: Json, mode: Mode) -> Json:
    """Answer as the real endpoint does; what is random there is derived from the request here."""
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": _choices(request, mode),
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        "system_fingerprint": f"fp_{digest[-10:]}",
    }


def _choices(request: Json, mode: Mode) -> list[Json]:
    if mode == "empty":
        return []
    refused = mode == "refusal"
    message = {
        "role": "assistant",
        "content": None if refused else _content(request, mode),
        "refusal": REFUSAL if refused else None,
    }
    return [{"index": 0, "message": message, "finish_reason": "stop"}]


def _content(request: Json, mode: Mode) -> str:
    if mode == "nonsense":
        return PROSE
    if mode == "incomplete":
        return "{}"
    kind, question = parse_call(request)
    if kind == "node":
        return json.dumps(next_node(question))
    if mode == "out_of_scope":
        return json.dumps({"in_scope": False, "category": None})
    return json.dumps(classify(question))
