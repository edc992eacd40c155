"""Terms: how a query writes them, and which of the dataset's are near to one it does not know."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from urllib.parse import unquote

import pyoxigraph as ox

from aseancan_kg.namespaces import BASE, DOC, ID, ONT, PREFIXES
from aseancan_kg.store.doctor.patterns import Query
from aseancan_kg.store.doctor.probes import Probes, Term

NEAR = 3
"""Near terms named of one that is unknown."""

_LONGEST = 100
_CLOSE = 0.75
_CLOSE_AMONG_FEW = 0.6
_POOL = 5000
_LOCAL_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_BARE = {PREFIXES["xsd"] + name for name in ("integer", "boolean")}
_REPRESENTATION = re.compile(r"\.(?:html|ttl|jsonld|rdf|nt|nq)$")


class Role(StrEnum):
    """What an IRI is used as."""

    NODE = "node"
    PROPERTY = "property"
    CLASS = "class"
    GRAPH = "graph"
    ANY = "any"


_USES = {
    Role.NODE: ("{} ?p ?o", "?s ?p {}"),
    Role.PROPERTY: ("?s {} ?o",),
    Role.CLASS: ("?s a {}",),
    Role.ANY: ("{} ?p ?o", "?s ?p {}", "?s {} ?o"),
}


def declared(query: Query) -> dict[str, str]:
    """Prefixes of a query and their namespaces."""
    return {prefix: token.text[1:-1] for prefix, token in query.prefixes.items()}


def write(term: Term | str, prefixes: Mapping[str, str]) -> str:
    """Write a term (an IRI may be given as text) as a query would that declares these prefixes."""
    match term:
        case str(iri) | ox.NamedNode(value=iri):
            for prefix, namespace in prefixes.items():
                if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri, len(namespace)):
                    return f"{prefix}:{iri[len(namespace) :]}"
            return f"<{iri}>"
        case ox.Literal(value=value, language=None, datatype=datatype):
            if datatype.value in _BARE:
                return value
            suffix = "" if datatype.value == PREFIXES["xsd"] + "string" else f"^^{write(datatype, prefixes)}"
            return f"{ox.Literal(value)}{suffix}"
        case _:
            return str(term)


def listed(found: Sequence[Term | str], query: Query) -> str:
    """Write terms for a reader, long ones cut, with the query's prefixes and those of this project."""
    written = (write(each, declared(query) | PREFIXES) for each in found)
    return ", ".join(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in written)


def occurs(probes: Probes, iri: str, role: Role) -> bool:
    """Tell whether any graph uses an IRI in a role."""
    if role is Role.GRAPH:
        return iri in probes.store.graphs
    try:
        term = str(ox.NamedNode(iri))
    except ValueError:
        return False
    return any(probes.anywhere(use.format(term)) for use in _USES[role])


def near(probes: Probes, iri: str, local: str, role: Role) -> list[str]:
    """Return IRIs in use that were probably meant: the same one spelt otherwise, else the closest names, best first.

    `local` is the part of the IRI that names the thing: what follows the prefix, else the last segment.
    """
    respelt = [other for other in _respelt(iri, local) if occurs(probes, other, role)]
    if respelt:
        return respelt[:NEAR]
    names: dict[str, list[str]] = {}
    candidates = list(_pool(probes, iri, role))
    labels = probes.store.labels(candidates)
    for candidate in candidates:
        label = labels.get(candidate)
        for name in {_key(local_name(candidate)), _key(label.value) if label else ""}:
            names.setdefault(name, []).append(candidate)
    wanted = _key(local_name(local))
    cutoff = _CLOSE_AMONG_FEW if role in (Role.CLASS, Role.GRAPH) else _CLOSE
    close = difflib.get_close_matches(wanted, names, n=NEAR, cutoff=cutoff)
    candidates = [candidate for name in close for candidate in names[name]]
    namespace = iri[: len(iri) - len(local_name(local))]
    candidates.sort(key=lambda each: (_key(local_name(each)) != wanted, not each.startswith(namespace)))
    return list(dict.fromkeys([*_labelled(probes, local, role), *candidates]))[:NEAR]


def local_name(iri: str) -> str:
    """Return the last segment of an IRI."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def is_same_namespace(one: str, other: str) -> bool:
    """Tell whether two namespaces differ in scheme, case, `www.` or the last character only."""
    return _namespace_key(one) == _namespace_key(other)


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1, whatever their case and marks."""
    return difflib.SequenceMatcher(None, _key(one), _key(other)).ratio()


def _namespace_key(namespace: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", namespace.casefold()).rstrip("/#")


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", unquote(name)).casefold()


def _respelt(iri: str, local: str) -> Iterator[str]:
    """Yield an IRI as people misremember it: scheme, address of its page, end, separator, case, percent-encoding."""
    namespace = iri[: len(iri) - len(local)]
    forms = {iri, *(namespace.rstrip("/#") + separator + local for separator in "/#")}
    for change in (
        lambda form: re.sub(r"^https?", "https", form),
        lambda form: re.sub(r"^https?", "http", form),
        lambda form: _REPRESENTATION.sub("", form),
        lambda form: form.replace(f"{DOC}ont/", ONT).replace(DOC, ID),
        lambda form: form.rstrip("/#"),
        unquote,
        lambda form: form.lower() if form.lower().startswith(BASE) else form,
    ):
        forms |= {change(form) for form in forms}
    forms |= {form.rstrip("/#") + end for form in forms for end in "/#"}
    yield from sorted(forms - {iri}, key=lambda form: -likeness(form, iri))


def _pool(probes: Probes, iri: str, role: Role) -> list[str]:
    """Return IRIs in use among which a near one may be."""
    if role is Role.GRAPH:
        return list(probes.store.graphs)
    found: list[str] = []
    if role in (Role.PROPERTY, Role.ANY):
        found += probes.everywhere(f"?s ?{probes.sought} ?o", limit=_POOL)
    if role in (Role.CLASS, Role.ANY):
        found += probes.everywhere(f"?s a ?{probes.sought}", limit=_POOL)
    if role in (Role.NODE, Role.ANY):
        found += _nodes(probes, iri)
    return found


def _nodes(probes: Probes, iri: str) -> list[str]:
    """Return the things beside an IRI, and those with the same last segment elsewhere."""
    last = local_name(iri)
    beside = ox.Literal(iri[: len(iri.rstrip("/#")) - len(last)])
    same = " || ".join(f"STRENDS(LCASE(STR(?{probes.sought})), {ox.Literal(mark + last.lower())})" for mark in "/#")
    return probes.everywhere(
        f"?{probes.sought} a ?c FILTER(STRSTARTS(STR(?{probes.sought}), {beside}) || {same})", limit=_POOL
    )


def _labelled(probes: Probes, local: str, role: Role) -> list[str]:
    """Return the things that have the words of a local name as a label."""
    if role not in (Role.NODE, Role.ANY):
        return []
    words = ox.Literal(re.sub(r"[-_]+", " ", unquote(local_name(local))).casefold())
    properties = "|".join(f"<{PREFIXES['skos']}{name}>" for name in ("prefLabel", "altLabel"))
    return probes.everywhere(f"?{probes.sought} {properties} ?l FILTER(LCASE(STR(?l)) = {words})", limit=NEAR)
