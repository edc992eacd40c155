"""Threads apart for what takes long: the pages of readers never wait for these, and too many are sent away."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from aseancan_kg.errors import Busy

Given = TypeVarTuple("Given")
Made = TypeVar("Made")


class Threads:
    """`at_once` functions run at once, and `waiting` may wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._most = at_once + waiting
        self._count = 0

    async def run(self, function: Callable[[Unpack[Given]], Made], *given: *Given) -> Made:
        """Return what a function makes in its turn; raises `Busy` when too many wait."""
        if self._count >= self._most:
            raise Busy("many are doing this just now", remedy="Try again in a moment.", retry_after=2)
        self._count += 1
        try:
            return await run_sync(function, *given, limiter=self._limiter)
        finally:
            self._count -= 1
