"""MARC 21: records in the exchange format ISO 2709 and in MARCXML."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from pymarc import Record as Marc
from pymarc import Subfield

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.library.plain import document
from aseancan_kg.library.records.marc.authorities import authority
from aseancan_kg.library.records.marc.bibliographic import MainEntry, bibliographic
from aseancan_kg.library.records.record import Record

__all__ = ["NAMESPACE", "MainEntry", "as_iso2709", "as_marcxml", "element_of", "main_record"]

NAMESPACE = "http://www.loc.gov/MARC21/slim"
LONGEST_FIELD, LONGEST_RECORD = 9_999, 99_999
"""Bytes whose number the directory and the leader of ISO 2709 have room for."""
_CUT = " […]."


def main_record(record: Record, main_entry: MainEntry = "title") -> Marc:
    """Return the bibliographic record of an instrument, the authority record of anything else."""
    return bibliographic(record, main_entry) if record.kind == "instrument" else authority(record)


def as_iso2709(marcs: Iterable[Marc]) -> bytes:
    """Write records in ISO 2709, in UTF-8.

    The texts of a field that is longer than the format can say are cut and marked so. Raises `NotAcceptable` for a
    record that is too long as a whole.
    """
    return b"".join(map(_fitted, marcs))


def element_of(marc: Marc) -> ET.Element:
    """Return a `record` element of MARCXML."""
    made = ET.Element("record", {"xmlns": NAMESPACE})
    ET.SubElement(made, "leader").text = str(marc.leader)
    for field in marc.fields:
        if field.control_field:
            ET.SubElement(made, "controlfield", {"tag": field.tag}).text = field.data
            continue
        attributes = {"tag": field.tag, "ind1": field.indicator1, "ind2": field.indicator2}
        node = ET.SubElement(made, "datafield", attributes)
        for subfield in field.subfields:
            ET.SubElement(node, "subfield", {"code": subfield.code}).text = subfield.value
    return made


def as_marcxml(marcs: Iterable[Marc]) -> bytes:
    """Write a collection in MARCXML."""
    collection = ET.Element("collection", {"xmlns": NAMESPACE})
    collection.extend(map(element_of, marcs))
    return document(collection)


def _fitted(marc: Marc) -> bytes:
    for field in marc.fields:
        while len(field.as_marc("utf-8")) > LONGEST_FIELD:
            longest = max(field.subfields, key=lambda one: len(one.value.encode()))
            spare = len(longest.value.encode()) - (len(field.as_marc("utf-8")) - LONGEST_FIELD) - len(_CUT.encode())
            kept = longest.value.encode()[: max(spare, 0)].decode(errors="ignore") + _CUT
            field.subfields[field.subfields.index(longest)] = Subfield(longest.code, kept)
    written: bytes = marc.as_marc()
    if len(written) > LONGEST_RECORD:
        message = f"the record of {marc['001'].data} has {len(written):,} bytes, and ISO 2709 holds {LONGEST_RECORD:,}"
        raise NotAcceptable(message, remedy="Take it as MARCXML, which has no limit.")
    return written
