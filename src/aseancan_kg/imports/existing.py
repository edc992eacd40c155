"""What there is already: the rows of the registers, and the names of the dataset that was built from them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aseancan_kg.build import registers, sources
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.errors import InputError, Place
from aseancan_kg.imports.incoming import KIND, REGISTER
from aseancan_kg.imports.things import Things
from aseancan_kg.library.reconciliation.matching import Matcher
from aseancan_kg.namespaces import thing
from aseancan_kg.store.dataset import Dataset


@dataclass(frozen=True)
class Existing:
    """Registers, the slugs of the documents in data/sources, the things by their names, and the dataset's version."""

    registers: Registers
    sources: frozenset[str]
    things: Things
    version: str

    @classmethod
    def read(cls, resources: Path, store: Dataset) -> "Existing":
        """Read the registers below `resources`, and the names in the dataset.

        Raises what `registers.read` raises, and `InputError` when the registers have instruments that the dataset has
        not, since such would come in a second time.
        """
        documents = sources.read(resources / "data" / "sources")
        slugs = frozenset(document.slug for document in documents)
        tables = registers.read(resources / "data", slugs)
        matcher = Matcher(store)
        rows = {thing(KIND, row.slug): row.typed for row in tables.rows[REGISTER]}
        if missing := sorted(row["slug"] for iri, row in rows.items() if iri not in matcher.entities):
            file = Place(f"data/registers/{REGISTER}.csv")
            raise InputError(
                f"the dataset does not have {', '.join(missing)}", file, remedy="Run `aseancan-kg build` first."
            )
        return cls(tables, slugs, Things(matcher, rows), store.version)

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Kind and slug of an instrument → its row."""
        return {str(row.reference): row for row in self.registers.rows[REGISTER]}

    @cached_property
    def slugs(self) -> frozenset[str]:
        """Slugs that are or were those of an instrument."""
        former = (row.written("iri").rpartition(f"/id/{KIND}/")[2] for row in self.registers.rows["identifiers"])
        return frozenset({row.slug for row in self.rows.values()} | {slug for slug in former if "/" not in slug})

    @cached_property
    def codes(self) -> dict[tuple[str, str], str]:
        """Scheme and label or entry term, in lower case → code."""
        return {
            (row.written("scheme"), label.casefold()): row.written("code")
            for row in self.registers.rows["concepts"]
            for label in (row.written("label"), *row.all_written("alternatives"))
        }
