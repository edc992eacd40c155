"""Bibliographic records of MARC 21 in the columns of the register; what no column holds is told, not dropped.

Fields: https://www.loc.gov/marc/bibliographic/. What our own export writes is read back; other catalogues' records are
read by the same fields. A heading or term without an IRI of ours is taken only when it is safely one that we have.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

from pymarc import Field
from pymarc import Record as Marc

from aseancan_kg.edits import SEPARATOR
from aseancan_kg.errors import InputError, InvalidData, Place
from aseancan_kg.imports.existing import Existing
from aseancan_kg.imports.incoming import COLUMNS, KIND, Batch, Incoming, Left, cells
from aseancan_kg.library.records.access_points import date_signed
from aseancan_kg.library.records.marc.reading import Encoding, read
from aseancan_kg.namespaces import BASE, ID, SCHEME

_OF_THE_RECORD = frozenset(("001", "003", "005", "006", "007", "008", "040", "336", "337", "338"))
"""Fields that tell of the record or the carrier, not of the instrument."""
_CONTROL = "0125678"
"""Subfields that identify, link or give the source of what another subfield says."""
_ADOPTING, _PARTIES = ("body", "mechanism", "state"), ("state", "state-group", "body")
_ROLES = {"issuing body": "adopting_body"} | dict.fromkeys(
    ("participant in treaty", "participant", "signatory"), "parties"
)
_RELATIONS = {
    "continuation of": "supersedes",
    "implementation of": "implements",
    "part of": "part_of",
    "phase of": "phase_of",
}
_ACRONYMS, _SHORT_TITLES = ("acronym", "abbreviation"), ("", "other title", "short title")
_NOTES = {"Pillar": "pillar", "Entered into force": "entered_into_force", "Note": "note"} | {
    "Legal nature": "legal_nature",
    "Note on parties": "parties_note",
}
_SCHEMES = {"kind": "instrument-kind", "legal_nature": "legal-nature", "pillar": "pillar"}
_DIGITS = re.compile(r"(\d{4})(\d\d)?(\d\d)?")
_ADDRESS = re.compile(r"https?://\S+")


def read_records(content: bytes, encoding: Encoding, file: str, existing: Existing) -> Batch:
    """Read a file of MARC 21. Raises `InputError` when not one of its records can be read."""
    found = list(read(content, encoding))
    faulty = [one for one in found if isinstance(one, InvalidData)]
    if len(faulty) == len(found):
        message = faulty[0].message if faulty else "there is no record in it"
        raise InputError(message, Place(file, row=1), remedy=faulty[0].remedy if faulty else None)
    records = [_incoming(one, number, file, existing) for number, one in enumerate(found, start=1)]
    return Batch(file, encoding, tuple(records))


def _incoming(found: Marc | InvalidData, number: int, file: str, existing: Existing) -> Incoming:
    if isinstance(found, Marc) and found.leader[6] != "z":
        return _Reading(found, existing).incoming(number)
    fault = found
    if not isinstance(fault, InvalidData):
        remedy = "Give the bibliographic records of instruments only."
        fault = InvalidData("this is an authority record", remedy=remedy)
    return Incoming(
        number, cells({}), faults=(InvalidData(fault.message, Place(file, row=number), remedy=fault.remedy),)
    )


class _Reading:
    """What one record says, column by column, and what of it is left."""

    def __init__(self, marc: Marc, existing: Existing) -> None:
        self._existing = existing
        self._said: dict[str, list[str]] = defaultdict(list)
        self._fields: dict[str, str] = {}
        self._names: list[str] = []
        self._left: list[Left] = []
        for tag, take in _TAKEN.items():
            for field in sorted(marc.get_fields(tag), key=lambda field: tag == "856" and field.indicator2 != " "):
                self._leave(field, _CONTROL + codes if (codes := take(self, field)) else "")
        for field in marc.fields:
            if field.tag not in _OF_THE_RECORD and field.tag not in _TAKEN:
                self._leave(field, "")

    def incoming(self, number: int) -> Incoming:
        """Return the record in the columns of the register."""
        said = self._said
        if said["entered_into_force"] == said["period_start"]:
            said["period_start"] = []  # our own export writes the day of a treaty into 046 $m
        if said["url"] and not said["sources"]:
            said["sources"], self._fields["sources"] = said["url"], self._fields["url"]
        given = cells({column: SEPARATOR.join(values) for column, values in said.items()})
        return Incoming(number, given, tuple(self._names), fields=self._fields, left=tuple(self._left))

    def say(self, column: str, value: str, field: Field, code: str) -> None:
        """Put a value into a column; a second one into a column that holds one value is left."""
        if not value or value in self._said[column]:
            return
        if self._said[column] and not COLUMNS[column].many:
            self._left.append(Left(f"{field.tag} ${code}", value))
            return
        self._said[column].append(value)
        self._fields.setdefault(column, f"{field.tag} ${code}")

    def _leave(self, field: Field, codes: str) -> None:
        if not codes:
            text = field.data if field.control_field else " ".join(one.value for one in field.subfields)
            self._left.append(Left(field.tag, text or ""))
            return
        rest = [one for one in field.subfields if one.code not in codes]
        self._left += [Left(f"{field.tag} ${one.code}", one.value) for one in rest]

    def identifier(self, field: Field) -> str:
        """024, 758: the IRI of the instrument, or its item in Wikidata."""
        if slug := _own(field, "a1", (KIND,)).rpartition("/")[2]:
            self.say("slug", slug, field, "a")
            if field.tag == "758":
                self.say("title", field.get("a", ""), field, "a")
            return "a"
        if field.get("2") == "wikidata":
            self.say("wikidata", field.get("a", ""), field, "a")
            return "a"
        return ""

    def dates(self, field: Field) -> str:
        """046: dates of adoption, and of the period."""
        for code, column in (("k", "adopted"), ("m", "period_start"), ("n", "period_end")):
            written = field.get(code, "")
            digits = _DIGITS.fullmatch(written)
            self.say(column, "-".join(filter(None, digits.groups())) if digits else written, field, code)
        return "kmn"

    def title(self, field: Field) -> str:
        """245: title proper with its remainder and parts; a parallel title is another name."""
        proper, rest = field.get("a", ""), " ".join(field.get_subfields("b", "n", "p"))
        parallel = proper.rstrip().endswith("=")
        joined = _bare(proper) if parallel else _bare(f"{proper} {rest}".replace(" : ", ": "))
        self._name("title", joined, field)
        return "anp" if parallel and rest else "abnp"

    def uniform_title(self, field: Field) -> str:
        """130, 240: the title by which the work is found, of a treaty with the day of its signature."""
        self._name("title", _bare(field.get("a", "")), field)
        signed = date_signed(field.get("d", ""))
        self.say("adopted", signed, field, "d")
        return "ad" if signed else "a"

    def other_title(self, field: Field) -> str:
        """246: an acronym, a short title, or another name."""
        name = _bare(" ".join(field.get_subfields("a", "b", "n", "p")))
        said = field.get("i", "").strip(" :").lower()
        if said in _ACRONYMS:
            self.say("acronym", name, field, "a")
        elif said in _SHORT_TITLES and field.indicator2 in " 3":
            self._name("short_title", name, field)
        else:
            self._names.append(name)
            return ""
        return "abinp"

    def place(self, field: Field) -> str:
        """370: where it was adopted."""
        self.say("adopted_place", field.get("g", ""), field, "g")
        return "g"

    def form(self, field: Field) -> str:
        """380, 655: what kind of instrument it is."""
        stem, _, code = field.get("0", "").rpartition("/")
        if stem != f"{SCHEME}instrument-kind":
            code = self._code("kind", field.get("a", ""))
        self.say("kind", code, field, "a")
        return "a" if code else ""

    def note(self, field: Field) -> str:
        """500: what our own export tells in notes."""
        text = field.get("a", "")
        if text.startswith("Adopted "):
            return self._adopted(_opened(text).removeprefix("Adopted "), field)
        name, _, value = text.partition(": ")
        column = _NOTES.get(name, "")
        if column in _SCHEMES:
            value = self._code(column, _opened(value))
        elif column != "note":
            value = _opened(value)
        if not column or not value:
            return ""
        self.say(column, value, field, "a")
        return "a"

    def sources(self, field: Field) -> str:
        """588: the addresses that the description rests on."""
        found = [address.rstrip(";.,") for address in _ADDRESS.findall(field.get("a", ""))]
        for address in found:
            self.say("sources", address.removeprefix(ID) if address.startswith(f"{ID}source/") else address, field, "a")
        return "a" if found else ""

    def agent(self, field: Field) -> str:
        """110, 111, 710, 711: who adopted it, and its parties."""
        roles = field.get_subfields("j" if field.tag.endswith("11") else "e")
        own = _own(field, "1", (*_ADOPTING, *_PARTIES))
        columns = [_ROLES[role] for one in roles if (role := one.strip(" ,.").lower()) in _ROLES]
        if not roles and (own or field.tag.startswith("1")):
            kind = own.partition("/")[0] or "body"
            is_party = kind.startswith("state") or (kind == "body" and field.tag.startswith("7"))
            columns = ["parties" if is_party else "adopting_body"]
        name = _bare(" ".join(field.get_subfields("a", "b")))
        kinds = {"parties": _PARTIES, "adopting_body": _ADOPTING}
        found = {column: own or self._existing.things.named(name, kinds[column]) for column in columns}
        for column, thing in found.items():
            self.say(column, thing, field, "a")
        return "abej" if any(found.values()) else ""

    def relation(self, field: Field) -> str:
        """773, 787: the instruments that it continues, implements, or is a part or a phase of."""
        column = _RELATIONS.get(field.get("i", "").strip(" :").lower(), "")
        found = column and (
            _own(field, "o1", (KIND,)) or self._existing.things.named(_bare(field.get("t", "")), (KIND,))
        )
        if not found:
            return ""
        self.say(column, found, field, "t")
        return "iost"

    def address(self, field: Field) -> str:
        """856: where its text or a page about it is; the first is taken."""
        address = field.get("u", "")
        if address.startswith(BASE):
            return "uyz"
        if not address or field.indicator2 == "2":
            return ""
        self.say("url", address, field, "u")
        return "uy"

    def _name(self, column: str, name: str, field: Field) -> None:
        """Say a name, which is no other where it differs in its full stop only."""
        if _opened(name) not in map(_opened, self._said[column]):
            self._names.append(name)
            self.say(column, name, field, "a")

    def _adopted(self, text: str, field: Field) -> str:
        """Say who adopted it, as our own export does after the day and the place, which other fields have."""
        for word, column in (("on", "adopted"), ("in", "adopted_place")):
            text = text.removeprefix(f"{word} {''.join(self._said[column])}").removeprefix(", ")
        if text.startswith("by "):
            self.say("adopted_by", text.removeprefix("by "), field, "a")
        return "a" if not text or text.startswith("by ") else ""

    def _code(self, column: str, label: str) -> str:
        return self._existing.codes.get((_SCHEMES[column], _bare(label).casefold()), "")


_TAKEN: Mapping[str, Callable[[_Reading, Field], str]] = {
    "024": _Reading.identifier,
    "758": _Reading.identifier,
    "046": _Reading.dates,
    "245": _Reading.title,
    "130": _Reading.uniform_title,
    "240": _Reading.uniform_title,
    "246": _Reading.other_title,
    "370": _Reading.place,
    "380": _Reading.form,
    "655": _Reading.form,
    "500": _Reading.note,
    "588": _Reading.sources,
    "110": _Reading.agent,
    "111": _Reading.agent,
    "710": _Reading.agent,
    "711": _Reading.agent,
    "773": _Reading.relation,
    "787": _Reading.relation,
    "856": _Reading.address,
}
"""Field → what takes it: it returns the subfields that it has taken, "" when it has left the field."""


def _own(field: Field, codes: str, kinds: tuple[str, ...]) -> str:
    """Return kind and slug of the IRI of ours in one of these subfields, "" when there is none of these kinds."""
    for value in field.get_subfields(*codes):
        kind, _, slug = value.removeprefix(ID).partition("/")
        if value.startswith(ID) and kind in kinds and slug and "/" not in slug:
            return f"{kind}/{slug}"
    return ""


def _bare(text: str) -> str:
    """Return a heading without the punctuation by which ISBD sets off what follows it."""
    return _opened(text.strip().rstrip(" /:;=,"))


def _opened(text: str) -> str:
    return text.removesuffix(".")
