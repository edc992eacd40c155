"""The Reconciliation Service API 0.2 of the W3C's community group, apart from HTTP.

https://reconciliation-api.github.io/specs/0.2/ says what the JSON objects are that are read and written here. Entities,
types and properties are told by their IRIs. Types are a condition: a thing has to have one of those asked for, or each
of them where `type_strict` is `all`; where that is `should`, they only break ties. Properties change the score, and
`match`.
"""

import json
import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from os.path import commonprefix
from typing import Any

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Labels, iri_of
from aseancan_kg.errors import InputError, NotFound, QueryTimeout, TooLong
from aseancan_kg.library.reconciliation.entities import Entity
from aseancan_kg.library.reconciliation.matching import LIMIT, Candidate, Matcher, Properties
from aseancan_kg.library.reconciliation.names import key
from aseancan_kg.library.reconciliation.terms import Schema, Term, begun
from aseancan_kg.namespaces import BASE, ONT, PREFIXES, shorten
from aseancan_kg.settings import VERSION
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

Json = dict[str, Any]

MOST_QUERIES, MOST_CANDIDATES, LONGEST_NAME = 1000, 100, 1000
"""Queries in a batch, candidates for each, characters of a name."""
MOST_THINGS, MOST_PROPERTIES = 1000, 50
"""Things and properties that values are given of at once."""
SUGGESTED = 10
"""Suggestions that are made at once."""
KINDS = ("entity", "type", "property")
"""What suggestions are made of."""
WIDTH, HEIGHT = 430, 320
"""Pixels of a preview."""

_FIELDS = frozenset({"query", "type", "limit", "properties", "type_strict"})
_STRICT = ("any", "should", "all")
_XSD = PREFIXES["xsd"]
_WHOLE = frozenset(_XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"))
_FRACTIONS = frozenset(_XSD + name for name in ("decimal", "double", "float"))
_MIDNIGHT = re.compile(r"(?<=^\d{4}-\d\d-\d\d)T00:00(?::00)?(?:\.0+)?Z?$")
"""What OpenRefine adds to a day."""
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?")
_WITH_HOST = re.compile(r"\w+://[^/]+[/#]")


@dataclass(frozen=True, slots=True)
class Query:
    """What a client wants candidates for."""

    name: str
    types: tuple[str, ...] = ()
    properties: Properties | None = None
    limit: int = LIMIT
    strict: str = "any"


class Reconciler:
    """The service over a dataset; it does not change, and is asked from any thread."""

    def __init__(self, store: Dataset) -> None:
        self._store = store
        self._matcher = Matcher(store)
        self._entities = self._matcher.entities
        self._schema = Schema(store, {name for one in self._entities.values() for name in one.types})
        self._named = {kind: _by_name(self._terms(kind)) for kind in ("type", "property")}
        common = commonprefix([*self._entities])  # noqa: RUF071 (of IRIs, which are no paths)
        space = common[: max(map(common.rfind, "/#")) + 1]
        self._space = space if _WITH_HOST.match(space) else BASE

    def manifest(self, address: str) -> Json:
        """Return what the service offers below an address, which is that of the whole site."""
        title = self._store.labels([f"{BASE}dataset"]).get(f"{BASE}dataset")
        service = f"{address}/reconcile"
        paths = {
            kind: {
                "service_url": service,
                "service_path": f"/suggest/{kind}",
                "flyout_service_url": service,
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in KINDS
        }
        return {
            "versions": ["0.2"],
            "name": title.value if title else "Reconciliation service",
            "identifierSpace": self._space,
            "schemaSpace": ONT,
            "defaultTypes": [self._told(one) for one in self._schema.types.values() if not one.broader],
            "documentation": f"{address}/docs",
            "serviceVersion": VERSION,
            "batchSize": MOST_QUERIES,
            "view": {"url": f"{address}/?uri={{{{id}}}}"},
            "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
            "suggest": paths,
            "extend": {"propose_properties": {"service_url": service, "service_path": "/properties"}},
        }

    def queries(self, text: str) -> dict[str, Query]:
        """Read a batch; raises `TooLong`, and `InputError` that says in which query what is wrong."""
        batch = _json(text, "queries")
        if not isinstance(batch, dict):
            raise InputError("queries is no JSON object", remedy='Send {"q0": {"query": "…"}, "q1": …}.')
        if len(batch) > MOST_QUERIES:
            remedy = f"{MOST_QUERIES:,} are answered at once. Send them in parts."
            raise TooLong(f"the batch has {len(batch):,} queries", remedy=remedy)
        return {name: self._query(f"query {name!r}", given) for name, given in batch.items()}

    def query(self, text: str) -> Query:
        """Read a query that is sent alone: an object as in a batch, or just a name; raises `InputError`."""
        given = _json(text, "query") if text.lstrip().startswith("{") else {"query": text}
        return self._query("the query", given)

    def answer(self, queries: Mapping[str, Query], seconds: float = math.inf) -> Json:
        """Return the candidates for each query; raises `QueryTimeout` when that takes longer than some seconds."""
        begun_at = time.monotonic()
        answers = {}
        for name, one in queries.items():
            elapsed = time.monotonic() - begun_at
            if elapsed > seconds:
                remedy = "Send the batch in parts."
                raise QueryTimeout("the batch took too long", remedy=remedy, limit=seconds, elapsed=elapsed)
            found = self._matcher.candidates(one.name, one.types, one.properties, one.limit, one.strict)
            answers[name] = {"result": [self._candidate(each) for each in found]}
        return answers

    def suggest(self, kind: str, text: str, skipped: int = 0) -> Json:
        """Return entities, types or properties whose names have the words that are being written, some left out."""
        if kind == "entity":
            found = [self._entity(one) for one in self._matcher.begun(text)]
        else:
            found = [self._told(one) for one in begun(self._terms(kind), text)]
        return {"result": found[skipped : skipped + SUGGESTED]}

    def term(self, kind: str, iri: str) -> Term:
        """Return a type or a property; raises `NotFound`."""
        if iri not in self._terms(kind):
            raise NotFound(f"there is no {kind} {iri}", remedy=f"They are listed at /reconcile/suggest/{kind}.")
        return self._terms(kind)[iri]

    def propose(self, type_: str, limit: int | None = None) -> Json:
        """Return the properties that things of a type have, the most used first; raises `InputError`."""
        iri = self._known("type", type_, "the proposal")
        found = [self._told(one) for one in self._schema.properties_of(iri)][:limit]
        return {"type": iri, "properties": found, **({} if limit is None else {"limit": limit})}

    def extend(self, text: str) -> Json:
        """Return values of properties of things; raises `TooLong` and `InputError`."""
        ids, names = self._extension(_json(text, "extend"))
        told = describe(self._store, filter(_is_iri, ids), names)
        values = {iri for one in told.things for name in names for iri in told.iris(one, name)}
        # Others are not in our identifier space, in which a client would look for them.
        labels = self._store.labels(iri for iri in values if iri.startswith(self._space))
        return {
            "meta": [{"id": name, "name": self._schema.properties[name].name} for name in names],
            "rows": {iri: {name: _values(told.of(iri).get(name, ()), labels) for name in names} for iri in ids},
        }

    def _query(self, where: str, given: object) -> Query:
        if not isinstance(given, dict):
            raise InputError(f"{where} is no object", remedy='Write {"query": "…"}.')
        if strange := given.keys() - _FIELDS:
            remedy = f"A query has {', '.join(sorted(_FIELDS))}."
            raise InputError(f"{where} has {sorted(strange)[0]!r}", remedy=remedy)
        if "query" not in given and not given.get("properties"):
            raise InputError(f"{where} asks for nothing", remedy="Give it a query, or properties.")
        name = given.get("query", "")
        if not isinstance(name, str):
            raise InputError(f"{where}: its query is no text", remedy='Write the name in quotes: "ASEAN Charter".')
        if len(name) > LONGEST_NAME:
            remedy = f"{LONGEST_NAME:,} are compared. Send the name alone."
            raise InputError(f"{where}: its name has {len(name):,} characters", remedy=remedy)
        strict = given.get("type_strict", "any")
        if strict not in _STRICT:
            raise InputError(f"{where}: its type_strict is strange", remedy=f"It is one of {', '.join(_STRICT)}.")
        limit = _count(given.get("limit", LIMIT), f"{where}: its limit")
        types = [self._known("type", one, where) for one in _list_of_texts(given.get("type", []), where)]
        return Query(name, tuple(types), self._properties(given.get("properties", []), where), limit, strict)

    def _properties(self, given: object, where: str) -> Properties:
        remedy = 'Write [{"pid": "…", "v": "…"}].'
        if not isinstance(given, list) or len(given) > MOST_PROPERTIES:
            raise InputError(f"{where}: its properties are no list of at most {MOST_PROPERTIES}", remedy=remedy)
        found: dict[str, list[str]] = {}
        for one in given:
            if not isinstance(one, dict) or not isinstance(one.get("pid"), str) or "v" not in one:
                raise InputError(f"{where}: one of its properties has no pid and v", remedy=remedy)
            values = one["v"] if isinstance(one["v"], list) else [one["v"]]
            name = self._known("property", one["pid"], where)
            # An empty cell asks for nothing.
            if texts := [text for value in values if (text := _text(value, where))]:
                found.setdefault(name, []).extend(texts)
        return found

    def _extension(self, given: object) -> tuple[Sequence[str], Sequence[str]]:
        ids = given.get("ids") if isinstance(given, dict) else None
        wanted = given.get("properties") if isinstance(given, dict) else None
        remedy = 'Send {"ids": ["…"], "properties": [{"id": "…"}]}.'
        if not isinstance(ids, list) or not isinstance(wanted, list) or not all(isinstance(one, str) for one in ids):
            raise InputError("extend has no list of ids and no list of properties", remedy=remedy)
        if len(ids) > MOST_THINGS or len(wanted) > MOST_PROPERTIES:
            remedy = f"{MOST_THINGS:,} things and {MOST_PROPERTIES} properties are answered at once. Ask in parts."
            raise TooLong(f"extend has {len(ids):,} ids and {len(wanted):,} properties", remedy=remedy)
        if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in wanted):
            raise InputError("one of the properties of extend has no id", remedy=remedy)
        return ids, [self._known("property", one["id"], "extend") for one in wanted]

    def _known(self, kind: str, given: str, where: str) -> str:
        """Return the IRI of a type or a property that is told by it, as `ac:kind`, or by a name no other has."""
        if given in self._terms(kind):
            return given
        meant = self._named[kind].get(given) or self._named[kind].get(key(given), [])
        if len(meant) != 1:
            remedy = f"They are listed at /reconcile/suggest/{kind}."
            raise InputError(f"{where}: there is no {kind} {given!r}", remedy=remedy)
        return meant[0]

    def _terms(self, kind: str) -> Mapping[str, Term]:
        return self._schema.types if kind == "type" else self._schema.properties

    def _candidate(self, one: Candidate) -> Json:
        entity = one.entity
        called = "" if one.called is entity.names[0] else f", also called {one.called.text}"
        return {
            "id": entity.iri,
            "name": entity.name,
            "description": entity.description + called,
            "type": self._types(entity),
            "score": one.score,
            "match": one.match,
            "features": [{"id": name, "value": value} for name, value in one.features.items()],
        }

    def _entity(self, one: Entity) -> Json:
        return {"id": one.iri, "name": one.name, "description": one.description, "notable": self._types(one)}

    def _told(self, term: Term) -> Json:
        broader = [{"id": iri, "name": self._schema.types[iri].name} for iri in term.broader]
        told = {"id": term.iri, "name": term.name, "description": term.meaning}
        return {**told, "broader": broader} if broader else told

    def _types(self, one: Entity) -> list[Json]:
        return [{"id": name, "name": self._schema.types[name].name} for name in one.types]


def _by_name(terms: Mapping[str, Term]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for iri, one in terms.items():
        for name in (shorten(iri), key(one.name)):
            found[name].append(iri)
    return found


def _json(text: str, field: str) -> object:
    try:
        given = json.loads(text)
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{field} has half a character", remedy="Write surrogates in pairs.") from error
    except RecursionError as error:
        raise InputError(f"{field} is nested too deep", remedy="A query has three levels at most.") from error
    except ValueError as error:
        raise InputError(f"{field} is no JSON: {error}", remedy="Put names and texts in double quotes.") from error
    return given


def _list_of_texts(given: object, where: str) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise InputError(
            f"{where}: its type is no text and no list of texts", remedy="Write the IRI of a type in quotes."
        )
    return texts


def _count(given: object, what: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 1 or given % 1:
        raise InputError(f"{what} is no whole number from 1", remedy=f"At most {MOST_CANDIDATES} are given.")
    return int(min(given, MOST_CANDIDATES))


def _text(given: object, where: str) -> str:
    """Return the value of a property as it is compared: of an entity its IRI, of 2015.0 the number as it is written."""
    match given:
        case str():
            return _MIDNIGHT.sub("", given[:LONGEST_NAME].strip())
        case bool():
            return str(given).lower()
        case int():
            return str(given)
        case float():
            return f"{given:.15g}"
        case {"id": str() as iri}:
            return iri
    raise InputError(f"{where}: a value of its properties is strange", remedy='Write a text, a number or {"id": "…"}.')


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _values(terms: Iterable[object], labels: Labels) -> list[Json]:
    """Return terms as values of cells, in the order of what a reader sees."""
    return sorted((_value(term, labels) for term in terms), key=lambda one: str([*one.values()][-1:]))


def _value(term: object, labels: Labels) -> Json:
    """Return a term as the value of a cell; a day as the midnight with which it begins, since there are no days."""
    if not isinstance(term, ox.Literal):
        iri = iri_of(term)
        return {"id": iri, "name": labels[iri].value} if iri in labels else {"str": iri} if iri else {}
    datatype = term.datatype.value
    with suppress(ValueError):  # others' data may have what is no number, and no day of the calendar
        if datatype == f"{_XSD}date" and (day := _DAY.fullmatch(term.value)):
            return {"date": f"{date.fromisoformat(day[1])}T00:00:00{day[2] or 'Z'}"}
        if datatype in _WHOLE:
            return {"int": int(term.value)}
        if datatype in _FRACTIONS and math.isfinite(float(term.value)):
            return {"float": float(term.value)}
    return {"str": term.value}
