"""MARC 21 as others send it, in ISO 2709 or MARCXML: each record, or why it cannot be read."""

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Literal

from pymarc import Field, Indicators, Leader, Subfield
from pymarc import Record as Marc
from pymarc.exceptions import BadSubfieldCodeWarning, PymarcException

from aseancan_kg.errors import InputError, InvalidData

NAMESPACE = "http://www.loc.gov/MARC21/slim"
Encoding = Literal["marc21", "marcxml"]
_END_OF_FIELD, _END_OF_RECORD = b"\x1e", b"\x1d"
_LEADER = re.compile(rb"\d{5}[ -~]{5}22\d{5}")
_MARKS = b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"
"""Byte-order marks of UTF-8 and UTF-16, and blanks."""
_REPLACED = re.compile("Unable to parse character (?!0x20 )|Multi-byte")
"""What the library tells of characters that it replaces by a blank; it tells so of blanks in other scripts too."""
_UNTRUE = "Take the record from its system once more."


class _Plain(ET.TreeBuilder):
    """Refuses a document type, since its entities could make a few bytes into millions."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Raise `InputError`."""
        raise InputError("it declares a document type, which MARCXML has not", remedy="Delete the declaration.")


def encoding_of(content: bytes) -> Encoding | None:
    """Tell in which form records of MARC 21 stand in a file, None when they seem not to."""
    if _END_OF_FIELD in content or _LEADER.match(content.lstrip(_MARKS)):
        return "marc21"
    return "marcxml" if content.lstrip(_MARKS).startswith(b"<") else None


def read(content: bytes, encoding: Encoding) -> Iterator[Marc | InvalidData]:
    """Yield the records of a file in their order, instead of one that cannot be read what is wrong with it.

    Raises `InputError` when it is no XML, or there is not one record in it.
    """
    return _from_xml(content) if encoding == "marcxml" else _from_iso2709(content)


def _from_iso2709(content: bytes) -> Iterator[Marc | InvalidData]:
    *whole, rest = content.lstrip(_MARKS).split(_END_OF_RECORD)
    for chunk in whole:
        yield _decoded(chunk.lstrip(b"\r\n") + _END_OF_RECORD)
    if rest.strip():
        yield InvalidData("the file ends within the record", remedy=_UNTRUE)


def _decoded(chunk: bytes) -> Marc | InvalidData:
    told = StringIO()
    try:
        with warnings.catch_warnings(), redirect_stderr(told):
            warnings.simplefilter("error", BadSubfieldCodeWarning)
            marc = Marc(data=chunk)
    except UnicodeDecodeError:
        said = "UTF-8, as its leader says in position 9" if chunk[9:10] == b"a" else "MARC-8"
        return InvalidData(f"its characters are not in {said}", remedy="Export it in UTF-8.")
    except (PymarcException, BadSubfieldCodeWarning, ValueError, IndexError) as error:
        reason = str(error) or type(error).__name__
        return InvalidData(f"leader or directory do not fit the record: {reason}", remedy=_UNTRUE)
    if _REPLACED.search(told.getvalue()):
        return InvalidData("it holds characters that could not be read as MARC-8", remedy="Export it in UTF-8.")
    return marc


def _from_xml(content: bytes) -> Iterator[Marc | InvalidData]:
    try:
        root = ET.fromstring(content, ET.XMLParser(target=_Plain()))
    except (ET.ParseError, ValueError, LookupError) as error:
        raise InputError(f"this is no well-formed XML: {error}", remedy="Correct it there.") from error
    elements = [one for one in root.iter() if one.tag in {"record", f"{{{NAMESPACE}}}record"}]
    if not elements:
        raise InputError("there is no record of MARCXML in it", remedy=f"Its elements are of {NAMESPACE}.")
    for element in elements:
        try:
            yield _record(element)
        except (PymarcException, KeyError, ValueError) as error:
            yield InvalidData(f"this is no record of MARC 21: {error or type(error).__name__}", remedy=_UNTRUE)


def _record(element: ET.Element) -> Marc:
    marc = Marc()
    for one in element:
        text, name = one.text or "", one.tag.rpartition("}")[2]
        if name == "leader":
            marc.leader = Leader(text)
        elif name == "controlfield":
            marc.fields.append(Field(tag=one.attrib["tag"], data=text))
        elif name == "datafield":
            indicators = Indicators(one.get("ind1", " "), one.get("ind2", " "))
            subfields = [Subfield(each.attrib["code"], each.text or "") for each in one]
            marc.fields.append(Field(tag=one.attrib["tag"], indicators=indicators, subfields=subfields))
    return marc
