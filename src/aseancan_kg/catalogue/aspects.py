"""What the page of a thing shows above its facts, by the kind of thing it is."""

from collections.abc import Callable, Collection

from aseancan_kg.catalogue.claims import claim
from aseancan_kg.catalogue.clauses import clause
from aseancan_kg.catalogue.concepts import concept
from aseancan_kg.catalogue.hierarchy import hierarchy, meetings_of, neighbours
from aseancan_kg.catalogue.mentions import KINDS
from aseancan_kg.catalogue.parties import party
from aseancan_kg.catalogue.passages import passages
from aseancan_kg.catalogue.reading import place
from aseancan_kg.catalogue.roles import roles
from aseancan_kg.catalogue.shapes import SHAPES, shapes
from aseancan_kg.catalogue.statements import statement, statements_at
from aseancan_kg.catalogue.succession import succession
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset

Aspect = Callable[[Dataset, str], object]

_SDGO = PREFIXES["sdgo"]
_NAMED = tuple(ONT + name for names in KINDS.values() for name in names)
_SERIES = (f"{ONT}Body", f"{ONT}Mechanism")
_ASPECTS: dict[str, tuple[Aspect, tuple[str, ...]]] = {
    "claim": (claim, tuple(ONT + name for name in ("Assertion", "Coding", "Mention"))),
    "place": (place, tuple(ONT + name for name in ("Action", "Section", "Preamble"))),
    "clause": (clause, (f"{ONT}Clause",)),
    "statement": (statement, (f"{ONT}Statement",)),
    "succession": (succession, (f"{ONT}Instrument",)),
    "hierarchy": (hierarchy, _SERIES),
    "neighbours": (neighbours, (f"{ONT}Meeting",)),
    "statements": (statements_at, (f"{ONT}Meeting",)),
    "meetings": (meetings_of, _SERIES),
    "roles": (roles, tuple(ONT + name for name in ("Person", "Post", "Meeting", "Body", "State", "StateGroup"))),
    "party": (party, tuple(ONT + name for name in ("State", "StateGroup"))),
    "concept": (concept, (f"{PREFIXES['skos']}Concept", f"{_SDGO}Goal", f"{_SDGO}Target")),
    "passages": (passages, _NAMED),
    "shapes": (shapes, (SHAPES,)),
}
"""Name of an aspect, and of its template → what collects it, and the classes of things, or the things, that have it."""


def aspects(store: Dataset, iri: str, types: Collection[str]) -> list[tuple[str, object]]:
    """Return the aspects that a thing of these classes has, in the order in which a page shows them."""
    collected = [
        (name, collect(store, iri))
        for name, (collect, classes) in _ASPECTS.items()
        if not set(classes).isdisjoint([*types, iri])
    ]
    return [(name, found) for name, found in collected if found]
