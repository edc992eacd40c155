"""Older datasets that are kept beside the one that is served, loaded when they are asked for."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from aseancan_kg.errors import NotFound
from aseancan_kg.settings import Settings
from aseancan_kg.store import Engine
from aseancan_kg.store.workers import Workers


class Releases:
    """The files `aseancan-<version>.nq` of a directory, one of which is held at a time."""

    def __init__(self, directory: Path | None, settings: Settings) -> None:
        self._directory = directory
        self._settings = replace(settings, workers=1)
        self._held: tuple[str, Workers] | None = None
        self._changing = asyncio.Lock()

    def has(self, version: str) -> bool:
        """Tell whether the dataset of that version is kept."""
        return bool(self._directory and re.fullmatch("[0-9a-f]+", version) and self._file(version).exists())

    async def engine(self, version: str) -> Engine:
        """Return what answers queries of that version; it takes its place from the one asked before.

        Raises `NotFound` when it is not kept.
        """
        if not self.has(version):
            raise NotFound(f"the dataset {version} is not kept here")
        async with self._changing:
            if self._held is None or self._held[0] != version:
                await self._give_up()
                engine = Workers([self._file(version)], union_default_graph=True, limits=self._settings)
                await engine.start()
                self._held = version, engine
            return self._held[1]

    async def close(self) -> None:
        """End what is held."""
        async with self._changing:
            await self._give_up()

    async def _give_up(self) -> None:
        if self._held:
            _, engine = self._held
            self._held = None
            await engine.close()

    def _file(self, version: str) -> Path:
        assert self._directory
        return self._directory / f"aseancan-{version}.nq"
