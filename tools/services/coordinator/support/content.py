"""The bytes of a file, as a request gives them: as text, as base64, or made from a word."""

from __future__ import annotations

from hashlib import shake_256
from typing import Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, model_validator


class Content(BaseModel):
    """One of three: `text`; `base64`; or `size_bytes` of bytes that depend on `fill` alone."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    base64: Base64Bytes | None = None
    size_bytes: int | None = None
    fill: str = ""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        given = [name for name in ("text", "base64", "size_bytes") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of text, base64 and size_bytes; given: {', '.join(given) or 'none'}")
        return self

    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        if self.base64 is not None:
            return self.base64
        return shake_256(self.fill.encode()).digest(self.size_bytes or 0)
