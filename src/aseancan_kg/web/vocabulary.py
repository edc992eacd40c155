"""`/sparql/vocabulary`: what the workbench completes a query from, as one JSON document.

    {"prefixes": {"ac": "https://…"},
     "classes": [{"iri", "label", "definition" or null, "count"}], "properties": [likewise],
     "things": [{"iri", "label", "names": [acronym, …]}]}

`count` is the number of instances of a class and of triples of a property. Terms come the most used first, then those
of the ontology that are not in use.
"""

import json
from collections.abc import Iterable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue import labels
from aseancan_kg.namespaces import ID, PREFIXES, SCHEME, with_prefixes
from aseancan_kg.store import QueryStore, Row
from aseancan_kg.web.kept import etag
from aseancan_kg.web.state import state_of

_ENGLISH = 'FILTER(LANG(?label) = "" || LANGMATCHES(LANG(?label), "en"))'

_DESCRIBED = {
    "classes": "SELECT ?iri ?count { ?partition void:class ?iri ; void:entities ?count }",
    "properties": "SELECT ?iri ?count { ?partition void:property ?iri ; void:triples ?count }",
}
"""What the dataset's own description says of its terms: VoID's partitions."""
_COUNTED = {
    "classes": "SELECT ?iri (COUNT(*) AS ?count) { ?thing a ?iri FILTER(isIRI(?iri)) } GROUP BY ?iri",
    "properties": "SELECT ?iri (COUNT(*) AS ?count) { ?subject ?iri ?object } GROUP BY ?iri",
}
"""The same of a dataset that has no such description."""
_DEFINED = {
    "classes": "VALUES ?type { owl:Class rdfs:Class }",
    "properties": "VALUES ?type { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty rdf:Property }",
}
_MEANINGS = f"""SELECT ?iri ?label ?definition {{
  %s ?iri a ?type ; skos:prefLabel|rdfs:label ?label {_ENGLISH}
  OPTIONAL {{ ?iri skos:definition|rdfs:comment ?definition }}
}}"""

# Statement nodes and parts of a text have labels too, by which nobody looks for them. The limit keeps the document
# small for a dataset of many plans.
_THINGS = f"""SELECT ?iri ?label ?name {{
  ?iri skos:prefLabel ?label {_ENGLISH}
  FILTER(STRSTARTS(STR(?iri), "{ID}") || STRSTARTS(STR(?iri), "{SCHEME}"))
  FILTER NOT EXISTS {{ ?iri rdf:subject ?about }}
  FILTER NOT EXISTS {{ ?iri dcterms:isPartOf ?whole }}
  OPTIONAL {{ ?iri skos:altLabel|ac:acronym ?name }}
}} LIMIT 10000"""


async def vocabulary(request: Request) -> Response:
    """Answer `/sparql/vocabulary`."""
    state = state_of(request)
    key = (state.store.version, "vocabulary")
    kept = state.kept.get(key)
    body = kept if isinstance(kept, bytes) else await run_in_threadpool(document, state.store)
    state.kept.put(key, body, len(body))
    headers = {"Cache-Control": "no-cache", "ETag": etag(body)}
    return Response(body, headers=headers, media_type="application/json")


def document(store: QueryStore) -> bytes:
    """Return the terms and the named things of a store."""
    terms = {kind: _terms(store, kind) for kind in _DESCRIBED}
    told = {"prefixes": PREFIXES, **terms, "things": _things(store)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _terms(store: QueryStore, kind: str) -> list[dict[str, Any]]:
    counted = _rows(store, _DESCRIBED[kind]) or _rows(store, _COUNTED[kind])
    counts = {iri: int(row["count"]) for iri, row in counted}
    meanings = dict(_rows(store, _MEANINGS % _DEFINED[kind]))
    terms = [
        {
            "iri": iri,
            "label": meanings.get(iri, {}).get("label") or labels.words(iri),
            "definition": meanings.get(iri, {}).get("definition"),
            "count": counts.get(iri, 0),
        }
        for iri in {**counts, **meanings}
    ]
    return sorted(terms, key=lambda term: (-int(term["count"] or 0), str(term["iri"])))


def _things(store: QueryStore) -> list[dict[str, Any]]:
    things: dict[str, dict[str, Any]] = {}
    for iri, row in _rows(store, _THINGS):
        told = things.setdefault(iri, {"iri": iri, "label": row["label"], "names": []})
        name = row.get("name", told["label"])
        if name not in (told["label"], *told["names"]):
            told["names"].append(name)
    return sorted(things.values(), key=lambda told: labels.natural(told["label"]))


def _rows(store: QueryStore, query: str) -> list[tuple[str, dict[str, str]]]:
    """Return (IRI, values of the row by variable) for every row whose term is an IRI."""
    return list(_values(store.rows(with_prefixes(query))))


def _values(rows: Iterable[Row]) -> Iterable[tuple[str, dict[str, str]]]:
    for row in rows:
        values = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        yield values["iri"], values
