"""What a table taken from the dataset has to tell of it: version, licence, how to cite."""

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of, text_of
from aseancan_kg.namespaces import BASE, PREFIXES
from aseancan_kg.store.dataset import Dataset

_DCTERMS = PREFIXES["dcterms"]
_TOLD = {f"{_DCTERMS}title": "Dataset", f"{_DCTERMS}issued": "Published", f"{_DCTERMS}license": "Licence"}


def origin(store: Dataset) -> tuple[tuple[str, str], ...]:
    """Return names and texts of what the dataset says of itself, with its version and a citation."""
    dataset = ox.NamedNode(f"{BASE}dataset")
    quads = store.statements([dataset], [ox.NamedNode(name) for name in (*_TOLD, f"{_DCTERMS}creator")])
    said = {quad.predicate.value: iri_of(quad.object) or text_of(quad.object) for quad in quads}
    told = [(name, said[term]) for term, name in _TOLD.items() if term in said]
    told.append(("Dataset version", store.version))
    if {f"{_DCTERMS}title", f"{_DCTERMS}creator", f"{_DCTERMS}issued"} <= said.keys():
        creator = said[f"{_DCTERMS}creator"]
        labels = store.labels([creator])
        author = labels[creator].value if creator in labels else creator
        year, title = said[f"{_DCTERMS}issued"][:4], said[f"{_DCTERMS}title"]
        citation = f"{author} ({year}). {title}, dataset version {store.version}. {dataset.value}"
        told.append(("Suggested citation", citation))
    return tuple(told)
