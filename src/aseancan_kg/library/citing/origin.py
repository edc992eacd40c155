"""What a table taken from the dataset has to tell of it: version, licence, how to cite."""

from aseancan_kg.library.citing.citations import as_sentence
from aseancan_kg.library.citing.references import references
from aseancan_kg.namespaces import BASE, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_DATASET = f"{BASE}dataset"
_TITLE, _LICENCE = (PREFIXES["dcterms"] + name for name in ("title", "license"))


def origin(store: Dataset) -> tuple[tuple[str, str], ...]:
    """Return names and texts of what the dataset says of itself, with its version and a citation."""
    said, cited = describe(store, [_DATASET], [_TITLE, _LICENCE]), references(store, [_DATASET])[_DATASET]
    title = said.text(_DATASET, _TITLE)
    told = (
        ("Dataset", title),
        ("Published", cited.issued),
        ("Licence", said.iri(_DATASET, _LICENCE)),
        ("Dataset version", store.version),
        ("Suggested citation", as_sentence(cited) if title else None),
    )
    return tuple((name, text) for name, text in told if text)
