"""Near misses: what of a blocking element is probably not meant as it is written, and what was meant instead."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import pyoxigraph as ox

from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.doctor import terms
from aseancan_kg.store.doctor.blockers import Blocker
from aseancan_kg.store.doctor.findings import FindingKind
from aseancan_kg.store.doctor.patterns import Element, Kind, Part, constants, names_of, part_of
from aseancan_kg.store.doctor.probes import Probes, Term
from aseancan_kg.store.doctor.terms import Role

_RDF_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
_TEXTS = (f"{_XSD}string", f"{PREFIXES['rdf']}langString")
_DATE_LENGTHS = {f"{_XSD}gYear": 4, f"{_XSD}gYearMonth": 7, f"{_XSD}date": 10}
_TRIED = 5
"""Replacements tried for one part of a query."""

_SHORTEST_MISSPELT = 3
"""Letters of a variable that may be a misspelling: ?a and ?b are two."""

_ALIKE = 0.6
"""Properties of one thing or class are few, so a name less alike than elsewhere may be meant."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What is amiss, in words, and what may be written instead of `part`, best first."""

    kind: FindingKind
    message: str
    part: Part | None
    candidates: tuple[str, ...] = ()


def near_misses(probes: Probes, blocker: Blocker) -> Iterator[NearMiss]:
    """Yield the near misses of a blocking element, those of single terms first."""
    element = blocker.element
    known = True
    for part, role in _roles(probes, element):
        for miss in unknown(probes, part, role):
            known = False
            yield miss
    if element.kind is Kind.TRIPLE:
        if known:
            yield from _triple(probes, blocker)
    elif element.kind in (Kind.FILTER, Kind.VALUES):
        yield from _constants(probes, element, blocker.scope.joined)
    yield from _variables(probes, blocker)


def unknown(probes: Probes, part: Part, role: Role) -> Iterator[NearMiss]:
    """Yield what is amiss with an IRI that no graph uses in its role, if it is one."""
    term = probes.term(part) if part.is_iri else None
    if not isinstance(term, ox.NamedNode) or terms.occurs(probes, term.value, role):
        return
    message = {
        Role.PROPERTY: f"no triple has the property {part.text}",
        Role.CLASS: f"nothing is of the class {part.text}",
        Role.GRAPH: f"there is no graph {part.text}",
    }.get(role, f"the dataset does not know {part.text}")
    if role is not Role.GRAPH and probes.store.knows(term.value):
        message += ", though it is described"
    prefix, _, local = part.text.partition(":") if part.tokens[0].kind == "prefixed" else ("", "", "")
    local = re.sub(r"\\(.)", r"\1", local) or terms.local_name(term.value)
    found = terms.near(probes, term.value, local, role)
    namespace = term.value.removesuffix(local)
    for meant in found:
        real = meant.removesuffix(local)
        if real in (meant, namespace) or prefix not in probes.query.prefixes:
            continue
        if terms.is_same_namespace(real, namespace):
            message = f"{prefix}: stands for <{namespace}>, but the data has <{real}>"
            yield NearMiss(FindingKind.UNKNOWN_IRI, message, part_of(probes.query.prefixes[prefix]), (f"<{real}>",))
            return
    yield NearMiss(FindingKind.UNKNOWN_IRI, message, part, _written(probes, found))


def unbound(probes: Probes, name: str, part: Part) -> NearMiss:
    """Return what is amiss with a variable that nothing binds, `part` being where it is read."""
    names = [other for other in probes.query.variable_counts if other != name and _one_edit_apart(name, other)]
    message = f"nothing binds ?{name}"
    return NearMiss(FindingKind.VARIABLE, message, part, tuple(f"?{other}" for other in names))


def _roles(probes: Probes, element: Element) -> Iterator[tuple[Part, Role]]:
    """Yield the terms of an element, its IRIs among them, and what they are used as."""
    if element.kind is Kind.TRIPLE:
        subject, step, value = element.parts
        yield subject, Role.NODE
        yield from ((part_of(token), Role.PROPERTY) for token in step.tokens)
        yield value, Role.CLASS if _is_type(probes, step) else Role.NODE
    elif element.kind is Kind.GRAPH:
        yield element.parts[0], Role.GRAPH
    elif element.kind in (Kind.FILTER, Kind.VALUES):
        yield from ((part, Role.ANY) for part in constants(element.tokens))


def _is_type(probes: Probes, step: Part) -> bool:
    return step.is_iri and getattr(probes.term(step), "value", "") == _RDF_TYPE


def _triple(probes: Probes, blocker: Blocker) -> Iterator[NearMiss]:
    """Yield what is amiss with a triple pattern all of whose IRIs are in use."""
    scope, element = blocker.scope, blocker.element
    subject, step, value = element.parts
    place = scope.alone if blocker.is_alone else scope.joined

    def values(rest: str) -> str:
        return place(f"{subject.text} {step.text} ?{probes.sought} . {rest}")

    if value.is_literal:
        yield from _literal(probes, value, probes.sought, values)
    elif not subject.is_literal and not _is_type(probes, step):
        yield from _direction(probes, element, place)
    for earlier in scope.seen:
        if earlier.kind is Kind.VALUES and set(earlier.variables) & set(element.variables):
            yield from _constants(probes, earlier, lambda rest: scope.alone(f"{element.text} {rest}"))
    if step.is_iri and not _is_type(probes, step):
        yield from _other_properties(probes, blocker, place)
    if value.is_literal:
        yield from _literal(probes, value, probes.sought, values, loosely=True)
    yield from _elsewhere(probes, blocker)


def _direction(probes: Probes, element: Element, place: Callable[[str], str]) -> Iterator[NearMiss]:
    subject, step, value = element.parts
    turned = step.text[1:].strip() if step.text.startswith("^") else f"^{step.text}"
    if (step.is_iri or step.text.startswith("^")) and probes.ask(place(f"{subject.text} {turned} {value.text} .")):
        message = f"{step.text} holds the other way round, from {value.text} to {subject.text}"
        yield NearMiss(FindingKind.DIRECTION, message, step, (turned,))


def _other_properties(probes: Probes, blocker: Blocker, place: Callable[[str], str]) -> Iterator[NearMiss]:
    """Yield the properties that the pattern's ends have here: the blocking one is in use, but not here."""
    subject, step, value = blocker.element.parts
    found = probes.values(probes.sought, place(f"{subject.text} ?{probes.sought} {value.text} ."), limit=200)
    here = [term.value for term in found if isinstance(term, ox.NamedNode) and term.value != _RDF_TYPE]
    name = terms.local_name(getattr(probes.term(step), "value", ""))
    here.sort(key=lambda iri: -terms.likeness(terms.local_name(iri), name))
    # Few properties hold between two given things, so each of them may be meant.
    meant = [iri for iri in here if not value.is_variable or terms.likeness(terms.local_name(iri), name) >= _ALIKE]
    if here:
        owners = probes.values(probes.sought, blocker.scope.alone(f"?s {step.text} ?o ; a ?{probes.sought} ."))
        of = f", as a property of {_listed(probes, owners)}" if owners else ""
        message = f"{step.text} is in use{of}, but not here; here are {_listed(probes, here[: terms.NEAR])}"
        yield NearMiss(FindingKind.PROPERTY, message, step, _written(probes, meant[: terms.NEAR]))


def _elsewhere(probes: Probes, blocker: Blocker) -> Iterator[NearMiss]:
    """Yield the graphs that hold the pattern where the query's graph or dataset leaves them out."""
    scope, element, query = blocker.scope, blocker.element, probes.query
    restricted = scope.graph or query.dataset or probes.given_graphs or not probes.store.union_default_graph
    if not restricted:
        return
    graphs = probes.graphs_with(element.text)
    together = " ".join(each.text for each in scope.seen) + element.text
    if not graphs or not (blocker.is_alone or (scope.graph and probes.ask(together))):
        return
    part = next((part for part in [scope.graph, *map(part_of, query.dataset)] if part and part.is_iri), None)
    named = _listed(probes, graphs[: terms.NEAR])
    if blocker.is_alone:
        message = f"the dataset has it, but not where this query looks: it is in {named}"
    else:
        message = f"no one graph holds it together with what stands before it: it is in {named}"
    yield NearMiss(FindingKind.OTHER_GRAPH, message, part, _written(probes, graphs))


def _constants(probes: Probes, element: Element, place: Callable[[str], str]) -> Iterator[NearMiss]:
    """Yield the literals of a filter or of VALUES that differ from what its variables take; only what mends the query.

    `place` gives the group, with something more in it, in which the variables take their values.
    """
    for part in constants(element.tokens):
        if not part.is_iri:
            for name in names_of(element.tokens):
                for found in _literal(probes, part, name, place, loosely=True):
                    if any(probes.mended(part, candidate) for candidate in found.candidates):
                        yield found
                        return


def _literal(
    probes: Probes, part: Part, variable: str, place: Callable[[str], str], *, loosely: bool = False
) -> Iterator[NearMiss]:
    """Yield how a literal differs from the values that a variable takes; `loosely`, from longer values too."""
    literal = probes.term(part)
    if not isinstance(literal, ox.Literal):
        return
    words = " ".join(literal.value.split())
    squeezed = f'LCASE(REPLACE(STR(?{variable}), "\\\\s+", " "))'
    holders = probes.values(variable, place(f"FILTER(CONTAINS({squeezed}, {ox.Literal(words.lower())}))"), limit=20)
    samples = probes.values(variable, place(""))
    prefixes = terms.declared(probes.query)
    meant: dict[str, FindingKind] = {}
    for term, kind in [
        *_same(literal, words, holders, samples),
        *(_longer(literal, words, holders) if loosely else ()),
    ]:
        meant.setdefault(terms.write(term, prefixes), kind)
    meant.pop(part.text, None)
    tried = list(meant)[:_TRIED]
    mending = next((text for text in tried if probes.mended(part, text)), None)
    there = [text for text in tried[:1] if text in {terms.write(term, prefixes) for term in holders}]
    best = mending or next(iter(there), None)
    if best:
        message = f"the values here are written otherwise than {part.text}"
        yield NearMiss(meant[best], message, part, (best,))


def _same(
    literal: ox.Literal, words: str, holders: Sequence[Term], samples: Sequence[Term]
) -> Iterator[tuple[Term, FindingKind]]:
    """Yield the values that are a literal's words, and the literal as it would be if it were like values here."""
    for term in holders:
        if isinstance(term, ox.Literal) and " ".join(term.value.split()).casefold() == words.casefold():
            yield term, _difference(literal, term)
    for sample in samples:
        if isinstance(sample, ox.Literal):
            yield from _cast(literal, sample)
    for node in holders:
        if isinstance(node, ox.NamedNode) and node.value == literal.value:
            yield node, FindingKind.DATATYPE


def _longer(literal: ox.Literal, words: str, holders: Sequence[Term]) -> Iterator[tuple[Term, FindingKind]]:
    """Yield the words as longer values have them, for CONTAINS and its like, and these values."""
    literals = [term for term in holders if isinstance(term, ox.Literal)]
    for term in literals:
        start = term.value.lower().find(words.lower())
        if start >= 0 and literal.language is None:
            yield ox.Literal(term.value[start : start + len(words)]), FindingKind.SPELLING
    for term in sorted(literals, key=lambda term: len(term.value)):
        yield term, _difference(literal, term)


def _difference(literal: ox.Literal, term: ox.Literal) -> FindingKind:
    if term.datatype.value not in _TEXTS or (literal.value == term.value and literal.language == term.language):
        return FindingKind.SPELLING if literal.datatype == term.datatype else FindingKind.DATATYPE
    return FindingKind.LANGUAGE if literal.value == term.value else FindingKind.SPELLING


def _cast(literal: ox.Literal, sample: ox.Literal) -> Iterator[tuple[ox.Literal, FindingKind]]:
    """Yield a literal as it would be if it were like a sample: its language, its datatype, its language's name."""
    if sample.language:
        yield ox.Literal(literal.value, language=sample.language), FindingKind.LANGUAGE
        if re.fullmatch(r"[A-Za-z]{2,3}(?:-\w+)*", literal.value):
            yield ox.Literal(sample.language), FindingKind.LANGUAGE
    elif literal.language or sample.datatype != literal.datatype:
        value = literal.value
        length = _DATE_LENGTHS.get(sample.datatype.value)
        if length and re.fullmatch(r"\d{4}(?:-\d\d){0,2}", value):
            value = f"{value}-01-01"[:length]
        kind = FindingKind.LANGUAGE if literal.language else FindingKind.DATATYPE
        yield ox.Literal(value, datatype=sample.datatype), kind


def _variables(probes: Probes, blocker: Blocker) -> Iterator[NearMiss]:
    """Yield the variables that are written once and almost like another: in a filter none may bind them."""
    element = blocker.element
    counts = probes.query.variable_counts
    bound = {name for each in blocker.scope.seen for name in each.variables}
    for token in element.tokens:
        name = token.text[1:]
        if token.kind != "variable" or counts[name] > 1:
            continue
        found = unbound(probes, name, part_of(token))
        if element.kind is Kind.FILTER and name not in bound:
            yield found
        elif any(probes.mended(part_of(token), candidate) for candidate in found.candidates):
            likely = f"?{name} is written only once"
            yield NearMiss(FindingKind.VARIABLE, likely, part_of(token), found.candidates)


def _one_edit_apart(one: str, other: str) -> bool:
    if one.casefold() == other.casefold():
        return True
    if min(len(one), len(other)) < _SHORTEST_MISSPELT:
        return False
    same = sum(block.size for block in SequenceMatcher(None, one, other).get_matching_blocks())
    return same >= max(len(one), len(other)) - 1


def _listed(probes: Probes, found: Sequence[Term | str]) -> str:
    return terms.listed(found, probes.query)


def _written(probes: Probes, iris: list[str]) -> tuple[str, ...]:
    return tuple(terms.write(iri, terms.declared(probes.query)) for iri in iris)
