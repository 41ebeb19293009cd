"""The language model, asked through an OpenAI-compatible chat-completions endpoint.

What is sent depends on the problem and the answers alone: no id, time, name or token is in a message, so the
same walk asks the same questions byte for byte.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError, model_validator

from services.l1.errors import LLMUnavailable
from services.l1.fields import StoredText
from services.l1.nodes import NodeDraft
from services.l1.settings import Settings

MAX_TOKENS = 600
CLASSIFY_PROMPT = """l1-classify/1
You sort problems for a help desk. The user message is JSON with a problem and the categories on offer.
Answer with one JSON object: in_scope (boolean) and category (one of the categories, or null)."""
NODE_PROMPT = """l1-node/1
You walk a help-desk technician through a problem, one node at a time. The user message is JSON with the
problem, its category, the history of questions and answers, and the depth of the node you are to write.
Answer with one JSON object: node_type (question, resolution or escalate), question (the text to show),
options (a list of answers, empty unless node_type is question) and help (a hint, or null)."""

Answer = TypeVar("Answer", bound=BaseModel)


class Classification(BaseModel):
    """Whether the model takes a problem on, and under which heading."""

    in_scope: bool
    category: StoredText | None = None

    @model_validator(mode="after")
    def _name_what_is_in_scope(self) -> Self:
        if self.in_scope and self.category is None:
            raise ValueError("in scope, but of no category")
        return self


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice]


class LLMClient:
    """Asks the model; every way of not getting a usable answer is `LLMUnavailable`. Nothing is retried."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http

    async def classify(self, problem: str, categories: Sequence[str]) -> Classification:
        """Ask whether a problem belongs to one of the categories."""
        question = {"problem": problem, "categories": sorted(categories)}
        return await self._ask(CLASSIFY_PROMPT, question, Classification)

    async def draft_node(self, problem: str, category: str, history: Sequence[dict[str, str]], depth: int) -> NodeDraft:
        """Ask for the next node of a walk.

        Args:
            problem: the customer's words.
            category: what the problem was classified as.
            history: `question` and `answer` of each answered node, oldest first.
            depth: the place of the new node, counted from 1.
        """
        question = {"problem": problem, "category": category, "history": list(history), "depth": depth}
        return await self._ask(NODE_PROMPT, question, NodeDraft)

    async def _ask(self, prompt: str, question: dict[str, Any], answer_type: type[Answer]) -> Answer:
        try:
            # httpx limits each read; this limits the whole exchange, however slowly it trickles in.
            async with asyncio.timeout(self._settings.l1_llm_timeout_s):
                response = await self._http.post(
                    f"{self._settings.l1_llm_base_url}/v1/chat/completions",
                    json=self._request_body(prompt, question),
                    headers=self._headers(),
                    timeout=None,
                )
            response.raise_for_status()
            completion = _Completion.model_validate_json(response.content)
            return answer_type.model_validate_json(completion.choices[0].message.content)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValidationError, IndexError) as error:
            raise LLMUnavailable("llm_unavailable") from error

    def _request_body(self, prompt: str, question: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(question, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return {
            "model": self._settings.l1_llm_model,
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
            "response_format": {"type": "json_object"},
            "stream": False,
            "messages": [{"role": "system", "content": prompt}, {"role": "user", "content": content}],
        }

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.l1_llm_api_key}"} if self._settings.l1_llm_api_key else {}
