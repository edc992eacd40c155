"""What a statement node says, as a sentence: who says of what that some property has some value, and why."""

from dataclasses import dataclass

from aseancan_kg.catalogue.evidence import MENTIONS, Value, value_of
from aseancan_kg.catalogue.labels import Link, link
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions

_RDF = PREFIXES["rdf"]
_SUBJECT, _PREDICATE, _OBJECT = (_RDF + name for name in ("subject", "predicate", "object"))
_CODER, _FOUND_BY, _STANDING = (ONT + name for name in ("coder", "foundBy", "standing"))
_SOURCE = f"{PREFIXES['prov']}hadPrimarySource"


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about a thing: by a coder or a rule, else by its sources; the words it rests on and the reason."""

    by: tuple[Link, ...]
    subject: Link
    property: Link
    value: Value
    sources: tuple[Link, ...]
    words: tuple[str, ...]
    reason: str | None
    standing: str | None


def claim(store: Dataset, iri: str) -> Claim | None:
    """Return what a statement node says; None for what is no statement about a thing."""
    said = Descriptions.merged(iri, store.about([iri])[iri])
    subject, values = said.iri(iri, _SUBJECT), said.of(iri).get(_OBJECT, ())
    names = said.iris(iri, _PREDICATE)
    if not subject or not values or not names:
        return None
    name = next((one for one in names if one != MENTIONS), MENTIONS)
    by, sources = [*said.iris(iri, _CODER), *said.iris(iri, _FOUND_BY)], said.iris(iri, _SOURCE)
    standing = said.iri(iri, _STANDING)
    labels = store.labels([subject, name, *by, *sources, *said.iris(iri, _OBJECT), *said.iris(iri, _STANDING)])
    return Claim(
        by=tuple(link(labels, one) for one in by),
        subject=link(labels, subject),
        property=link(labels, name),
        value=value_of(labels, values[0]),
        sources=tuple(link(labels, one) for one in sources),
        words=tuple(said.texts(iri, f"{PREFIXES['oa']}exact") or said.texts(iri, f"{ONT}words")),
        reason=said.text(iri, f"{ONT}rationale") or said.text(iri, f"{PREFIXES['skos']}editorialNote"),
        standing=link(labels, standing).label.lower() if standing else None,
    )
