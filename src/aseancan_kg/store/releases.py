"""Past releases of the dataset, kept beside the one that is served and loaded when they are asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from aseancan_kg.archive import Preserved
from aseancan_kg.errors import Busy, NotFound
from aseancan_kg.settings import Settings
from aseancan_kg.store import Engine
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.workers import Workers

HELD = 2
"""Releases to look things up in that are held in memory: two, so that they can be compared."""


_MOST_WAITING = 4
"""Threads that may wait for releases to be loaded; those that serve everything else are few."""
_FILES = 8
"""Unpacked files that are left: every change makes a version, and all of them would fill the disk."""
_SECONDS_TO_LOAD = 5


@dataclass(eq=False)
class _Place:
    """Where a release is held once it is loaded; `asking` counts who loads it and who waits for the lock meanwhile."""

    loading: Lock = field(default_factory=Lock)
    asking: int = 0
    store: EmbeddedStore | None = None


class Releases:
    """Past releases by the hash of their content; the last asked for are held, and one of them answers queries."""

    def __init__(self, archived: Sequence[Preserved], settings: Settings) -> None:
        self._archived = {one.dataset: one for one in archived}
        self._settings = replace(settings, workers=1)
        self._held: tuple[str, Workers] | None = None
        self._changing = asyncio.Lock()
        self._looking = Lock()
        self._places = {version: _Place() for version in self._archived}
        self._recent: list[str] = []

    def has(self, version: str) -> bool:
        """Tell whether the dataset of that version is kept."""
        return version in self._archived

    def archived(self, version: str) -> Preserved:
        """Return the release as it is kept; raises `NotFound` when it is not."""
        if version not in self._archived:
            raise NotFound(f"the dataset {version} is not kept here")
        return self._archived[version]

    def store(self, version: str) -> EmbeddedStore:
        """Return the dataset to look things up in, in a thread: it may have to be loaded.

        Raises `NotFound` when it is not kept, `Busy` when several wait for it already.
        """
        found = self._loaded(self.archived(version))
        with self._looking:
            self._recent = [*(one for one in self._recent if one != version), version]
            for one in self._recent[:-HELD]:
                self._places[one].store = None
            self._recent = self._recent[-HELD:]
        return found

    def _loaded(self, kept: Preserved) -> EmbeddedStore:
        place = self._places[kept.dataset]
        with self._looking:
            if place.store is not None:
                return place.store
            if sum(one.asking for one in self._places.values()) > _MOST_WAITING:
                raise Busy("releases are being loaded", retry_after=_SECONDS_TO_LOAD)
            place.asking += 1
        try:
            with place.loading:
                found = place.store
                if found is None:
                    found = EmbeddedStore.from_files([self._unpacked(kept)], union_default_graph=True)
                    place.store = found
                return found
        finally:
            with self._looking:
                place.asking -= 1

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

    def _unpacked(self, kept: Preserved) -> Path:
        with self._looking:
            directory = self._directory.name
        file = Path(directory) / f"aseancan-{kept.dataset}.nq"
        if not file.exists():
            kept.unpack(file)
            queried = self._held[0] if self._held else ""  # whose query processes may have to read it again
            for former in sorted(file.parent.glob("*.nq"), key=lambda one: one.stat().st_mtime)[:-_FILES]:
                if former.stem != f"aseancan-{queried}":
                    former.unlink(missing_ok=True)
        return file
