"""What is told of a source where it is listed: by whom it was published, when, and where it can be seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_PUBLISHER, _ISSUED = f"{PREFIXES['dc']}publisher", f"{PREFIXES['dcterms']}issued"
_ADDRESSES = (f"{PREFIXES['dcterms']}source", f"{PREFIXES['foaf']}page")


@dataclass(frozen=True, slots=True)
class Source:
    """A source; `issued` is as precise as known, `address` where it stands on the web if its IRI is not that."""

    link: Link
    publisher: str | None
    issued: str | None
    address: str | None


def sources(store: Dataset, links: Iterable[Link]) -> tuple[Source, ...]:
    """Read what is told of sources, each once and in their order."""
    listed = dict.fromkeys(links)
    said = describe(store, (one.iri for one in listed), [_PUBLISHER, _ISSUED, *_ADDRESSES])
    return tuple(
        Source(
            one,
            said.text(one.iri, _PUBLISHER),
            said.text(one.iri, _ISSUED),
            next((address for name in _ADDRESSES for address in said.iris(one.iri, name)), None),
        )
        for one in listed
    )
