"""Text that any format can hold: without control characters, which separate fields or are forbidden in others."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

_UNFIT = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ufffe\uffff]+")


def plain(text: str) -> str:
    """Return a text on one line: runs of blanks, control characters and what no XML may hold are one blank each."""
    return _UNFIT.sub(" ", text).strip()


def closed(text: str) -> str:
    """End a text with a full stop, as ISBD wants it, unless it has an end of its own."""
    return text if text.endswith((".", "?", "!", ";", ".”")) else f"{text}."


def element(name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> ET.Element:
    """Return an XML element of that prefixed name; namespaces are declared by attributes as they are written."""
    made = ET.Element(name, {key: plain(value) for key, value in (attributes or {}).items() if value})
    made.text = plain(text) or None
    return made


def document(root: ET.Element) -> bytes:
    """Write an XML document in UTF-8, indented."""
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
