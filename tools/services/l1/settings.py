"""What the environment says: addresses, secrets and limits."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt

from services.environment import BaseUrl, DatabaseUrl, FromEnvironment


class Settings(FromEnvironment):
    """Everything the service and its support API need to know before the first request."""

    database_url: DatabaseUrl
    l1_jwt_secret: str = Field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    """what tokens are signed with; made up for this process unless it is given"""
    l1_ai_max_depth: PositiveInt = 12
    """how many questions of a walk may be answered before the service ends it itself"""
    l1_llm_base_url: BaseUrl
    """the address of a chat-completions API, without its path: http://127.0.0.1:8081"""
    l1_llm_api_key: str = Field("", repr=False)
    l1_llm_model: str = "gpt-4o-mini"
    l1_llm_timeout_s: PositiveFloat = 20
    l1_log_file: Path | None = None
    """where warnings go as well as to the log, so that somebody without access to that can see them"""
