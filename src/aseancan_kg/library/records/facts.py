"""The facts that the fields of records hold, as the graph states them: of a thing, of its text, of what names it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of, text_of
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing


def _iris(**names: str) -> dict[str, str]:
    split = ((field, name.partition(":")) for field, name in names.items())
    return {field: PREFIXES[prefix] + local for field, (prefix, _, local) in split}


STATED = _iris(
    title="skos:prefLabel",
    acronym="ac:acronym",
    other_titles="skos:altLabel",
    form="ac:kind",
    nature="ac:legalNature",
    pillar="ac:pillar",
    number="skos:notation",
    text="ac:text",
    adopted="ac:adoptedOn",
    adopted_place="ac:adoptedPlace",
    adopted_by="ac:adoptedBy",
    adopted_by_name="ac:adoptedByName",
    in_force="ac:enteredIntoForceOn",
    period_start="ac:periodStartsOn",
    period_end="ac:periodEndsOn",
    parties="ac:party",
    parties_note="ac:partiesNote",
    supersedes="ac:supersedes",
    superseded_by="ac:supersededBy",
    implements="ac:implementsInstrument",
    phase_of="ac:phaseOf",
    part_of="dcterms:isPartOf",
    edition="prov:wasQuotedFrom",
    verb="ac:leadVerb",
    parent="ac:parent",
    members="ac:hasMember",
    members_note="ac:membersNote",
    established="ac:establishedOn",
    dissolved="ac:dissolvedOn",
    founding_act="ac:foundingAct",
    seat_city="ac:seatCity",
    seat_country="ac:seatCountry",
    series="ac:inSeries",
    ordinal="ac:ordinal",
    started="ac:startedOn",
    ended="ac:endedOn",
    place="ac:placeName",
    mode="ac:mode",
    areas="ac:area",
    page="foaf:page",
    same_as="schema:sameAs",
    note="skos:editorialNote",
)
"""Field → the property that it is read by: what a thing says of itself."""
_POINTING = _iris(
    acts="ac:onInstrument",
    implemented_by="ac:implementsInstrument",
    phases="ac:phaseOf",
    parts="dcterms:isPartOf",
    children="ac:parent",
    mentioned_in="ac:mentions",
)
"""Field → the property that it is read by: what points to it."""
OF_EDITION = _iris(
    edition_address="dcterms:source",
    edition_publisher="dc:publisher",
    edition_date="dcterms:issued",
    edition_rights="dc:rights",
    edition_checksum="ac:sha256",
    language="dcterms:language",
)
"""Field → the property that it is read by: what is said of the edition of its text."""
_IN_TEXT = _iris(
    topics="ac:topic",
    goals="ac:sdg",
    mentioned="ac:mentions",
)
"""Field → the property that it is read by: what the parts of its text say."""
_OF_TOPICS = _iris(headings="skos:closeMatch")
"""Field → the property that it is read by: what its topics say."""
_OF_WHOLE = {field: STATED[field] for field in ("adopted", "adopted_place", "adopted_by", "parties")}
"""Field → the property that it is read by: what the instrument says whose text it is a part of."""
ACTED_ON = f"{ONT}actedOn"
"""The property by which an act of a party has its day."""

_READ = (STATED, _POINTING, _IN_TEXT, OF_EDITION, _OF_TOPICS)
PROPERTIES = {ACTED_ON, *(name for fields in _READ for name in fields.values())}
"""The properties that fields are read by."""

_TYPE, _PART_OF = f"{PREFIXES['rdf']}type", STATED["part_of"]
_INSTRUMENT, _SECTION = f"{ONT}Instrument", f"{ONT}Section"
_PARTS = {_SECTION, f"{ONT}Action"}
_DIVIDED = {f"{ONT}Plan", *_PARTS}

Term = ox.NamedNode | ox.Literal
Values = defaultdict[Term, list[ox.Triple]]
"""Value → the triples that give it."""
ByField = defaultdict[str, Values]
Given = Sequence[tuple[Term, Sequence[ox.Triple]]]
"""Values of a field, each with the triples that give it."""


def _no_values() -> Values:
    return defaultdict(list)


class Facts:
    """The facts about `things`, those of the given IRIs that the graph says anything of, by thing and by field.

    `texts` are the parts of texts that say something of the things they belong to.
    """

    def __init__(self, store: Dataset, iris: Iterable[str]) -> None:
        asked = [iri for iri in dict.fromkeys(iris) if _is_iri(iri)]
        said = describe(store, asked)
        self.things = [iri for iri in asked if said.of(iri)]
        self._found: dict[str, ByField] = {iri: defaultdict(_no_values) for iri in self.things}
        for iri in self.things:
            self._add(iri, said, [iri], STATED)
        divided = [iri for iri in self.things if not _DIVIDED.isdisjoint(said.iris(iri, _TYPE))]
        wholes = _wholes(store, divided)
        self.texts = tuple(wholes)
        self._add_pointing(store, wholes)
        self._add_texts(store, wholes)
        self._add_of(store, "edition", OF_EDITION)
        self._add_of(store, "topics", _OF_TOPICS)
        parts = [iri for iri in divided if not _PARTS.isdisjoint(said.iris(iri, _TYPE))]
        self._add_wholes(store, parts)
        self._add_of(store, "part_of", _OF_WHOLE, parts)
        for iri in self.things:
            self._mend(iri)

    @property
    def subjects(self) -> set[str]:
        """All that the facts are said of: the things, the parts of their texts, and what stands in fields of theirs."""
        fields = ("topics", "part_of", "acts")
        asked = (iri_of(value) for found in self._found.values() for field in fields for value in found[field])
        return {*self.things, *self.texts, *asked} - {""}

    def of(self, iri: str) -> dict[str, Given]:
        """Return what is known of a thing, by field."""
        return {field: [*values.items()] for field, values in self._found[iri].items() if values}

    def rivals(self, facts: Iterable[ox.Triple]) -> Mapping[str, Mapping[str, Given]]:
        """Sort facts that are not preferred by thing and by field; the day of an act is told of what it was done to."""
        fields = {name: field for field, name in STATED.items()} | {ACTED_ON: "acts"}
        of = {iri: {iri} for iri in self.things}
        for iri in self.things:
            for act in self._found[iri]["acts"]:
                of.setdefault(iri_of(act), set()).add(iri)
        found: dict[str, dict[str, list[tuple[Term, Sequence[ox.Triple]]]]] = {iri: {} for iri in self.things}
        for fact in dict.fromkeys(facts):
            field, value = fields.get(fact.predicate.value), fact.object
            if field and isinstance(value, ox.NamedNode | ox.Literal):
                for iri in of.get(iri_of(fact.subject), ()):
                    found[iri].setdefault(field, []).append((value, (fact,)))
        return found

    def _add(self, iri: str, said: Descriptions, subjects: Iterable[str], fields: Mapping[str, str]) -> None:
        """Add to a thing what is said of subjects; what it says of itself is no news."""
        for subject in subjects:
            for field, name in fields.items():
                for value in said.of(subject).get(name, ()):
                    if isinstance(value, ox.NamedNode | ox.Literal) and iri_of(value) != iri:
                        self._found[iri][field][value].append(_triple(subject, name, value))

    def _mend(self, iri: str) -> None:
        """Leave out what another field says more exactly; a successor rests on what it is said to succeed."""
        found = self._found[iri]
        acronyms = {text_of(value) for value in found["acronym"]}
        repeated = {name for name in found["other_titles"] if text_of(name) in acronyms}
        for field, exact in (
            ("other_titles", repeated),
            ("part_of", {*found["phase_of"]}),
            ("parts", {*found["phases"]}),
        ):
            for value in exact:
                found[field].pop(value, None)
        for later, facts in found["superseded_by"].items():
            facts.append(_triple(iri_of(later), STATED["supersedes"], ox.NamedNode(iri)))

    def _add_pointing(self, store: Dataset, wholes: Mapping[str, Collection[str]]) -> None:
        """Add what points to the things, but no parts of their own texts."""
        for field, name in _POINTING.items():
            for iri, subjects in pointing(store, name, self.things).items():
                for subject in subjects:
                    if subject != iri and iri not in wholes.get(subject, ()):
                        fact = _triple(subject, name, ox.NamedNode(iri))
                        self._found[iri][field][ox.NamedNode(subject)].append(fact)

    def _add_texts(self, store: Dataset, wholes: Mapping[str, Collection[str]]) -> None:
        """Add what the texts of the things say, and their sections."""
        said = describe(store, wholes, [_TYPE, _PART_OF, *_IN_TEXT.values()])
        for part, things in wholes.items():
            for iri in things:
                self._add(iri, said, [part], _IN_TEXT)
                if _SECTION in said.iris(part, _TYPE) and part != iri:
                    above = [_triple(part, _PART_OF, ox.NamedNode(one)) for one in said.iris(part, _PART_OF)]
                    self._found[iri]["contents"][ox.NamedNode(part)] += above

    def _add_wholes(self, store: Dataset, parts: Iterable[str]) -> None:
        """Add all the sections that parts of a text stand in, and the instrument whose text it is."""
        within: defaultdict[str, set[str]] = defaultdict(set)
        for part in parts:
            for whole in self._named(part, "part_of"):
                within[whole].add(part)
        while within:
            said, above = describe(store, within, [_TYPE, _PART_OF]), defaultdict(set)
            for whole, ones in within.items():
                if _INSTRUMENT in said.iris(whole, _TYPE):
                    continue  # What it is a part of is another text.
                for part in ones:
                    for higher in {*said.iris(whole, _PART_OF)}.difference(self._named(part, "part_of"), [part]):
                        above[higher].add(part)
                    self._add(part, said, [whole], {"part_of": _PART_OF})
            within = above

    def _add_of(
        self, store: Dataset, field: str, fields: Mapping[str, str], things: Iterable[str] | None = None
    ) -> None:
        """Add what is said of the values of a field to things, to all by default."""
        values = {iri: self._named(iri, field) for iri in (self.things if things is None else things)}
        said = describe(store, {one for ones in values.values() for one in ones}, fields.values())
        for iri, subjects in values.items():
            self._add(iri, said, subjects, fields)

    def _named(self, iri: str, field: str) -> list[str]:
        """Return the IRIs in a field of a thing."""
        return [value.value for value in self._found[iri][field] if isinstance(value, ox.NamedNode)]


def _wholes(store: Dataset, things: Sequence[str]) -> dict[str, set[str]]:
    """Return for each part of a text those of the things that it belongs to; each thing is a part of its own."""
    wholes = {iri: {iri} for iri in things}
    waiting = [*things]
    while waiting:
        within = pointing(store, _PART_OF, waiting)
        types = describe(store, {part for parts in within.values() for part in parts}, [_TYPE])
        waiting = []
        for whole, parts in within.items():
            for part in parts:
                known = wholes.get(part, set())
                # An instrument that is a part has a text of its own.
                if _INSTRUMENT not in types.iris(part, _TYPE) and not wholes[whole] <= known:
                    wholes[part] = known | wholes[whole]
                    waiting.append(part)
    return wholes


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _triple(subject: str, name: str, value: Term) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(name), value)
