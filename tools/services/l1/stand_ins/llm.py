"""A stand-in for the language model: the same endpoint, with answers that depend on the request alone.

It behaves like a model that must be checked: it names every node `n1`, and a category whether or not it was offered.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from services.l1.stand_ins.scripts import Json, classify, next_node
from services.stand_in import Event, Mode, StandIn, serve_stand_in

PROSE = "Sure! First I would check the cable."
REFUSAL = "I cannot help with that."
KINDS = {"l1-classify/1": "classify", "l1-node/1": "node"}
UNKNOWN = "unknown"


class ModelMode(Mode):
    """What can be wrong with the model's answer.

    out_of_scope  it takes no problem on; nodes are as usual
    nonsense      the content is prose instead of JSON
    incomplete    the content is JSON that lacks what was asked for
    refusal       there is no content, but a refusal
    empty         there are no choices
    """

    WORDS = ("out_of_scope", "nonsense", "incomplete", "refusal", "empty")


class LanguageModel(StandIn[ModelMode]):
    """Answers chat completions by its scripts."""

    title = "Stand-in language model"

    def add_routes(self, app: FastAPI) -> None:
        app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"], response_model=None)

    def refusal(self, status: int, message: str) -> Response:
        kind = "server_error" if status >= 500 else "invalid_request_error"
        return JSONResponse({"error": {"message": message, "type": kind}}, status)

    async def _complete(
        self, request: Request, body: Json, authorization: Annotated[str, Header()] = ""
    ) -> Response | Json:
        if not authorization.startswith("Bearer "):
            return self.refusal(401, "no API key")
        call = parse_call(body)
        mode = await self.admit(request, call)
        if call["kind"] == UNKNOWN:
            return self.refusal(400, "this stand-in answers l1-classify/1 and l1-node/1")
        return mode if isinstance(mode, Response) else render_completion(body, choices(call, mode.response_type))


def parse_call(request: Json) -> Event:
    """Return what a request asks for: its kind, `classify` or `node`, and the question; the prompt is always the same.

    The kind is in the first line of the system message: `l1-node/1`. A service with other prompts is not understood,
    but its calls are counted.
    """
    try:
        system, user = request["messages"]
        kind = KINDS[system["content"].split("\n", 1)[0]]
        return {"kind": kind, "asked": json.loads(user["content"])}
    except (LookupError, TypeError, ValueError):
        return {"kind": UNKNOWN}


def render_completion(request: Json, choices: list[Json]) -> Json:
    """Answer as the real endpoint does; what is random there is derived from the request here."""
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": choices,
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        "system_fingerprint": f"fp_{digest[-10:]}",
    }


def choices(call: Event, response_type: str) -> list[Json]:
    """Return the choices of a completion, spoiled as the response type says."""
    if response_type == "empty":
        return []
    refused = response_type == "refusal"
    message = {
        "role": "assistant",
        "content": None if refused else _content(call, response_type),
        "refusal": REFUSAL if refused else None,
    }
    return [{"index": 0, "message": message, "finish_reason": "stop"}]


def _content(call: Event, response_type: str) -> str:
    if response_type == "nonsense":
        return PROSE
    if response_type == "incomplete":
        return "{}"
    if call["kind"] == "node":
        return json.dumps(next_node(call["asked"]))
    if response_type == "out_of_scope":
        return json.dumps({"in_scope": False, "category": None})
    return json.dumps(classify(call["asked"]))


if __name__ == "__main__":
    sys.exit(serve_stand_in("services.l1.stand_ins.llm", LanguageModel(ModelMode())))
