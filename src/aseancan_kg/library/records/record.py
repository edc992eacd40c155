"""The one record that every catalogue format is written from: what the graph states of a thing, and on what it rests.

A record takes nothing from memory: what the graph does not say is left out, and a date is as precise as it is there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.library.records.facts import ACTED_ON, PROPERTIES, Facts, Given, Term
from aseancan_kg.library.records.grounds import Ground, Grounds
from aseancan_kg.namespaces import BASE, ONT, PREFIXES, document_iri
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe, pointing

KINDS = {
    ONT + name: kind
    for name, kind in {
        "Instrument": "instrument",
        "Plan": "instrument",
        "LegalInstrument": "instrument",
        "Body": "body",
        "Mechanism": "mechanism",
        "Meeting": "meeting",
        "Programme": "programme",
        "Fund": "fund",
        "Action": "action",
        "Section": "section",
        "State": "state",
        "StateGroup": "state-group",
        "Place": "place",
        "Person": "person",
        "Post": "post",
    }.items()
}
"""Class → the kind of its things, which is also the name in their addresses."""
CATALOGUED = ("instrument", "body", "mechanism")
"""Kinds of which a library's catalogue has records."""
RECORDED = (*CATALOGUED, "meeting", "action")
"""Kinds of which some format has records."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field: a text, or the label of the thing `iri` of a `kind`, with all it rests on.

    `code` is the code of a concept, or the number of a part of a text; `form` the code of the sort of thing within its
    kind, such as `partnership` of mechanisms; `name_kind` that of a name which is no title: variant, former,
    plan-wording, translation, misnomer. `date` tells when an act was done, and of a legal instrument when it was
    adopted, by which it is told from others of its title.
    """

    text: str
    iri: str = ""
    kind: str = ""
    form: str = ""
    code: str = ""
    language: str = ""
    date: str = ""
    name_kind: str = ""
    legal: bool = False
    grounds: tuple[Ground, ...] = ()

    @property
    def sources(self) -> tuple[Link, ...]:
        """What the value rests on, each once."""
        return tuple(dict.fromkeys(source for ground in self.grounds for source in ground.sources))

    @property
    def dated(self) -> str:
        """The text, with the date in parentheses where one is known."""
        return f"{self.text} ({self.date})" if self.date else self.text


Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the graph states of an instrument, a body, a mechanism, a meeting or an action.

    Every field after `licence` holds values, the preferred ones only; `rivals` holds the others by the field's name.
    A value without grounds is a word of the editors', such as a note. A part of a text was adopted as its whole was.
    `version` is that of the dataset, `agency` who made it; `created` is the day on which the description was made, and
    `modified` that of the dataset, all over which the record takes what it says.
    """

    iri: str
    kind: str
    legal: bool = False
    created: str = ""
    modified: str = ""
    version: str = ""
    agency: str = ""
    licence: str = ""
    # Names and sorts.
    title: Values = ()
    acronym: Values = ()
    other_titles: Values = ()
    form: Values = ()
    nature: Values = ()
    pillar: Values = ()
    number: Values = ()
    text: Values = ()
    # Making and validity of an instrument.
    adopted: Values = ()
    adopted_place: Values = ()
    adopted_by: Values = ()
    adopted_by_name: Values = ()
    in_force: Values = ()
    period_start: Values = ()
    period_end: Values = ()
    parties: Values = ()
    parties_note: Values = ()
    acts: Values = ()
    # Instruments that it hangs together with.
    supersedes: Values = ()
    superseded_by: Values = ()
    implements: Values = ()
    implemented_by: Values = ()
    phase_of: Values = ()
    phases: Values = ()
    part_of: Values = ()
    parts: Values = ()
    # The text, where it is held, and what it says.
    edition: Values = ()
    edition_address: Values = ()
    edition_publisher: Values = ()
    edition_date: Values = ()
    edition_rights: Values = ()
    edition_checksum: Values = ()
    language: Values = ()
    contents: Values = ()
    verb: Values = ()
    topics: Values = ()
    headings: Values = ()
    goals: Values = ()
    mentioned: Values = ()
    # Bodies and mechanisms.
    parent: Values = ()
    children: Values = ()
    members: Values = ()
    members_note: Values = ()
    established: Values = ()
    dissolved: Values = ()
    founding_act: Values = ()
    seat_city: Values = ()
    seat_country: Values = ()
    # Meetings.
    series: Values = ()
    ordinal: Values = ()
    started: Values = ()
    ended: Values = ()
    place: Values = ()
    mode: Values = ()
    areas: Values = ()
    # Where else it is told of.
    mentioned_in: Values = ()
    page: Values = ()
    same_as: Values = ()
    note: Values = ()
    rivals: Mapping[str, Values] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """The title, or words made of the IRI where there is none."""
        return self.title[0].text if self.title else link({}, self.iri).label

    @property
    def named(self) -> Value:
        """The thing itself, as the records of other things name it."""
        form = "".join(one.iri.rpartition("/")[2] for one in self.form[:1])
        date = "".join(one.text for one in self.adopted[:1]) if self.legal else ""
        return Value(self.heading, self.iri, self.kind, form=form, date=date, legal=self.legal)

    @property
    def period(self) -> str:
        """The period of an instrument as an interval of EDTF; an end that is not known is empty there."""
        ends = ["".join(value.text for value in values[:1]) for values in (self.period_start, self.period_end)]
        return "/".join(ends) if any(ends) else ""

    @property
    def path(self) -> str:
        """Kind and slug, as they stand in addresses and identifiers; the whole IRI for what is not ours."""
        return self.iri.removeprefix(f"{BASE}id/")

    def values(self, name: str) -> Values:
        """Return the values of a field by its name."""
        found: Values = getattr(self, name)
        return found


FIELDS = tuple(one.name for one in fields(Record) if one.type is Values)
"""Names of the fields that hold values, in their order."""

_LABELS = {
    "form": "Kind",
    "nature": "Legal nature",
    "adopted_place": "Place of adoption",
    "adopted_by_name": "Adopted by, in words",
    "period_start": "Period begins",
    "period_end": "Period ends",
    "seat_city": "City of the seat",
    "seat_country": "Country of the seat",
    "rivals": "Values of other sources",
    "sources": "Sources of the title",
    "words": "Words of the text",
    "iri": "IRI",
    "in_force": "Entered into force",
    "parties_note": "Note on parties",
    "members_note": "Note on members",
    "acts": "Acts of parties",
    "mentioned": "Named in its text",
    "mentioned_in": "Named in",
    "headings": "Headings of thesauri",
}
_TYPE, _NOTATION, _EDITION = (
    PREFIXES[prefix] + name for prefix, name in (("rdf", "type"), ("skos", "notation"), ("prov", "wasQuotedFrom"))
)
_CREATED, _MODIFIED, _CREATOR, _LICENCE = (
    PREFIXES["dcterms"] + name for name in ("created", "modified", "creator", "license")
)
_FORM, _ADOPTED, _TEXT, _ORDINAL = (ONT + name for name in ("kind", "adoptedOn", "text", "ordinal"))
_PARTY_ACT, _ACTING, _START, _END = (ONT + name for name in ("partyAct", "actingParty", "startOffset", "endOffset"))
_OF_TARGET = (_TYPE, _FORM, _NOTATION, _EDITION, _ADOPTED, ACTED_ON, _TEXT, _ORDINAL, _PARTY_ACT, _ACTING, _START, _END)
_DATASET = f"{BASE}dataset"


def label_of(field: str) -> str:
    """Return what a field is called: `adopted_by` → "Adopted by"."""
    return _LABELS.get(field, field.replace("_", " ").capitalize())


def catalogued(store: Dataset, kinds: Iterable[str] = CATALOGUED) -> dict[str, list[str]]:
    """Return the IRIs of all things of some kinds, by kind, in their order."""
    found = {kind: set[str]() for kind in kinds}
    for iri, ones in pointing(store, _TYPE, KINDS).items():
        found.get(KINDS[iri], set()).update(ones)
    return {kind: sorted(ones, key=natural) for kind, ones in found.items()}


def catalogue(store: Dataset, kinds: Iterable[str] = CATALOGUED) -> dict[str, Record]:
    """Return the records of all things of some kinds; see `records`."""
    return records(store, [iri for iris in catalogued(store, kinds).values() for iri in iris])


def records(store: Dataset, iris: Collection[str]) -> dict[str, Record]:
    """Return the records of things, in the order of the IRIs; what the graph says nothing of has none.

    The store is asked some twenty times, however many things there are.
    """
    facts = Facts(store, iris)
    grounds = Grounds(store, facts.subjects, facts.things, PROPERTIES)
    others = facts.rivals(grounds.rivals)
    given = [
        one for iri in facts.things for by in (facts.of(iri), others[iri]) for found in by.values() for one in found
    ]
    reader = _Reader(store, grounds, given, facts.things)
    documents = {iri: document_iri(iri) or iri for iri in facts.things}
    dated = describe(store, documents.values(), [_CREATED])
    dataset = describe(store, [_DATASET], [_MODIFIED, _CREATOR, _LICENCE])
    agencies = store.labels(dataset.iris(_DATASET, _CREATOR)).values()

    def record(iri: str) -> Record:
        read: dict[str, Any] = {field: reader.values(found) for field, found in facts.of(iri).items()}
        titles = reader.ranked(iri, read.pop("title", ()))
        return Record(
            iri=iri,
            kind=reader.kind(iri),
            legal=reader.is_legal(iri),
            created=dated.text(documents[iri], _CREATED) or "",
            modified=dataset.text(_DATASET, _MODIFIED) or "",
            version=store.version,
            agency=", ".join(sorted(agency.value for agency in agencies)),
            licence=dataset.iri(_DATASET, _LICENCE) or "",
            title=titles[:1],
            other_titles=titles[1:] + read.pop("other_titles", ()),
            rivals={field: reader.values(found) for field, found in others[iri].items()},
            **read,
        )

    return {iri: record(iri) for iri in facts.things}


class _Reader:
    """Makes values of terms, by what is said of the things they name."""

    def __init__(
        self,
        store: Dataset,
        grounds: Grounds,
        found: Given,
        known: Collection[str],
    ) -> None:
        terms = {iri_of(value) for value, _ in found}
        terms |= {iri_of(fact.subject) for _, facts in found for fact in facts}
        self._grounds = grounds
        self._said = describe(store, terms.union(known) - {""}, _OF_TARGET)
        ends = (_PARTY_ACT, _ACTING, _EDITION)
        terms |= {end for iri in self._said.things for name in ends for end in self._said.iris(iri, name)}
        self._labels = store.labels(terms - {""})

    def kind(self, iri: str) -> str:
        """Return the kind of a thing, "" for what is of none."""
        return next((KINDS[name] for name in KINDS if name in self._said.iris(iri, _TYPE)), "")

    def is_legal(self, iri: str) -> bool:
        """Tell whether a thing is an instrument that binds in law."""
        return f"{ONT}LegalInstrument" in self._said.iris(iri, _TYPE)

    def values(self, found: Given) -> Values:
        """Return values in the order of their places in a text, else of their texts."""
        made = [self._value(term, facts) for term, facts in found]
        return tuple(
            sorted(made, key=lambda one: (self._said.number(one.iri, _ORDINAL) or 0, natural(one.text), one.iri))
        )

    def ranked(self, iri: str, titles: Values) -> Values:
        """Return titles of a thing, first the one that it is labelled by everywhere else."""
        return tuple(sorted(titles, key=lambda title: title.text != link(self._labels, iri).label))

    def _value(self, term: Term, facts: Sequence[ox.Triple]) -> Value:
        grounds = self._grounds.of(facts) or self._passages(facts)
        act = next((iri_of(fact.subject) for fact in facts if fact.predicate.value == ACTED_ON), "")
        if act:
            return Value(self._text(act, ""), act, date=text_of(term), grounds=grounds)
        if isinstance(term, ox.Literal):
            kinds = [self._grounds.name_kinds[fact] for fact in facts if fact in self._grounds.name_kinds]
            return Value(term.value, language=term.language or "", name_kind="".join(kinds[:1]), grounds=grounds)
        iri = term.value
        kind, is_legal = self.kind(iri), self.is_legal(iri)
        return Value(
            text=self._text(iri, kind),
            iri=iri,
            kind=kind,
            form=(self._said.iri(iri, _FORM) or "").rpartition("/")[2],
            code=self._said.text(iri, _NOTATION) or "",
            date=self._said.text(iri, ACTED_ON) or (is_legal and self._said.text(iri, _ADOPTED)) or "",
            legal=is_legal,
            grounds=grounds,
        )

    def _text(self, iri: str, kind: str) -> str:
        """Return what a value is called: a section by its heading, an act by what was done and by whom."""
        done, by = self._said.iris(iri, _PARTY_ACT), self._said.iris(iri, _ACTING)
        if done and by:
            return ": ".join(", ".join(link(self._labels, one).label for one in ends) for ends in (done, by))
        heading = self._said.text(iri, _TEXT) if kind == "section" else None
        return heading or self._grounds.target_labels.get(iri) or link(self._labels, iri).label

    def _passages(self, facts: Sequence[ox.Triple]) -> tuple[Ground, ...]:
        """Return where an edition says what no statement node gives, of itself or of a part of its text."""
        found = list[Ground]()
        for iri in sorted({iri_of(fact.subject) for fact in facts}, key=natural):
            if f"{ONT}SourceDocument" in self._said.iris(iri, _TYPE):
                found.append(Ground(iri, sources=(link(self._labels, iri),)))
            elif self._said.text(iri, _TEXT):
                start, end = self._said.number(iri, _START), self._said.number(iri, _END)
                editions = [link(self._labels, one) for one in self._said.iris(iri, _EDITION)]
                found += [Ground(iri, sources=(one,), edition=one, start=start, end=end) for one in editions]
        return tuple(found)
