"""What an application holds while it runs, given to its routes."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request


def state(name: str) -> Any:
    """Make the dependency that gives a route `app.state.<name>`, which the application sets when it starts."""

    async def get(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(get)
