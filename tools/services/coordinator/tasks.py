"""Work that goes on after the answer has been sent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class TaskRegistry:
    """Keeps background tasks alive and countable until they are done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work now; it counts as pending from here on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until all tasks are done, or the time is over; what is not done goes on.

        Returns:
            Whether all are done.
        """
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        # The callbacks that take finished tasks off the list run in the next turn of the loop.
        await asyncio.sleep(0)
        return not self._tasks
