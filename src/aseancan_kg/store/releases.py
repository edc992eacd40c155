"""Past releases of the dataset, kept beside the one that is served and loaded when they are asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from aseancan_kg.archive import Archived
from aseancan_kg.errors import NotFound
from aseancan_kg.settings import Settings
from aseancan_kg.store import Engine
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.workers import Workers

HELD = 2
"""Releases to look things up in that are held in memory: two, so that they can be compared."""


@dataclass(eq=False)
class _Place:
    """Where a release is held once it is loaded; whoever asks meanwhile waits for the lock."""

    loading: Lock = field(default_factory=Lock)
    store: EmbeddedStore | None = None


class Releases:
    """Past releases by the hash of their content; the last asked for are held, and one of them answers queries."""

    def __init__(self, archived: Sequence[Archived], settings: Settings) -> None:
        self._archived = {one.dataset: one for one in archived}
        self._settings = replace(settings, workers=1)
        self._held: tuple[str, Workers] | None = None
        self._changing = asyncio.Lock()
        self._looking = Lock()
        self._place = lru_cache(HELD)(lambda version: _Place())

    def has(self, version: str) -> bool:
        """Tell whether the dataset of that version is kept."""
        return version in self._archived

    def archived(self, version: str) -> Archived:
        """Return the release as it is kept; raises `NotFound` when it is not."""
        if version not in self._archived:
            raise NotFound(f"the dataset {version} is not kept here")
        return self._archived[version]

    def store(self, version: str) -> EmbeddedStore:
        """Return the dataset to look things up in, in a thread: it may have to be loaded.

        Raises `NotFound` when it is not kept.
        """
        kept = self.archived(version)
        with self._looking:  # or two would each have a place
            place = self._place(version)
        with place.loading:
            if place.store is None:
                place.store = EmbeddedStore.from_files([self._unpacked(kept)], union_default_graph=True)
            return place.store

    async def engine(self, version: str) -> Engine:
        """Return what answers queries of that version; it takes its place from the one asked before.

        Raises `NotFound` when it is not kept.
        """
        kept = self.archived(version)
        async with self._changing:
            if self._held is None or self._held[0] != version:
                await self._give_up()
                file = await asyncio.to_thread(self._unpacked, kept)
                engine = Workers([file], union_default_graph=True, limits=self._settings)
                await engine.start()
                self._held = version, engine
            return self._held[1]

    async def close(self) -> None:
        """End what is held."""
        async with self._changing:
            await self._give_up()
        if "_directory" in self.__dict__:
            self._directory.cleanup()

    async def _give_up(self) -> None:
        if self._held:
            _, engine = self._held
            self._held = None
            await engine.close()

    @cached_property
    def _directory(self) -> TemporaryDirectory[str]:
        return TemporaryDirectory(prefix="aseancan-")

    def _unpacked(self, kept: Archived) -> Path:
        with self._looking:
            directory = self._directory.name
        file = Path(directory) / kept.quads_name
        return file if file.exists() else kept.unpack(file)
