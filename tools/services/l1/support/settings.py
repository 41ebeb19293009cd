"""What the environment says to the support API: where the service is, and what it stands on."""

from __future__ import annotations

from pathlib import Path

from pydantic import PositiveInt

from services.environment import BaseUrl, DatabaseUrl, FromEnvironment


class Settings(FromEnvironment):
    """Where to arrange and observe. What is not set is answered with an error by the routes that need it."""

    database_url: DatabaseUrl
    l1_url: BaseUrl | None = None
    """the service itself, which registers people and logs them in"""
    l1_llm_base_url: BaseUrl | None = None
    """the stand-in of the language model"""
    l1_log_file: Path | None = None
    """the file that the service writes its warnings to"""
    l1_ai_max_depth: PositiveInt | None = None
    """the depth cap that the service runs with"""
