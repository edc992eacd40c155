"""The formats in which items are harvested: as which element, of which schema, for which kinds."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat

import pyoxigraph as ox

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.library.harvesting.repository import HARVESTED
from aseancan_kg.library.records import marc, mods
from aseancan_kg.library.records.dublin_core import OAI_DC, oai_dc
from aseancan_kg.library.records.exchange import BY_NAME
from aseancan_kg.library.records.record import Record, records
from aseancan_kg.mediatypes import RDF_XML
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write

Elements = Callable[[Dataset, Sequence[str]], Mapping[str, ET.Element]]
"""Makes an element for each of some things, given by IRI; the store is asked a few times for all."""

_MARC21 = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A format that things of some `kinds` can be had in; `namespace` is that of its elements."""

    prefix: str
    schema: str
    namespace: str
    kinds: Collection[str]
    elements: Elements


def located(namespace: str, schema: str) -> dict[str, str]:
    """Return the attributes that tell where the schema of an element is."""
    return {"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:schemaLocation": f"{namespace} {schema}"}


def _of_records(make: Callable[[Record], ET.Element]) -> Elements:
    return lambda store, iris: {iri: make(record) for iri, record in records(store, iris).items()}


def _marc21(record: Record) -> ET.Element:
    made = marc.element_of(marc.main_record(record))
    made.attrib |= located(marc.NAMESPACE, _MARC21)
    return made


def _rdf(store: Dataset, iris: Sequence[str]) -> dict[str, ET.Element]:
    """Return what the dataset says of things, each as an element `rdf:RDF`."""
    return {iri: _as_written(_rdf_xml(iri, quads)) for iri, quads in store.about(iris).items()}


def _rdf_xml(iri: str, quads: Iterable[ox.Quad]) -> bytes:
    """Write quads as RDF/XML; of what that cannot express, as other people's data may have it, the rest is written."""
    try:
        return write(quads, RDF_XML, first=iri)
    except NotAcceptable:
        return write([quad for quad in quads if _is_expressible(quad)], RDF_XML, first=iri)


def _is_expressible(quad: ox.Quad) -> bool:
    try:
        write([quad], RDF_XML)
    except NotAcceptable:
        return False
    return True


def _as_written(xml: bytes) -> ET.Element:
    """Return the root of a document with its prefixes, for which ElementTree would put its own."""
    builder, parser = ET.TreeBuilder(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(xml, True)
    return builder.close()


METADATA_FORMATS = {
    one.prefix: one
    for one in (
        MetadataFormat("oai_dc", f"{OAI_DC[:-1]}.xsd", OAI_DC, BY_NAME["oai_dc"].kinds, _of_records(oai_dc)),
        MetadataFormat("marc21", _MARC21, marc.NAMESPACE, BY_NAME["marcxml"].kinds, _of_records(_marc21)),
        MetadataFormat("mods", mods.SCHEMA, mods.NAMESPACE, BY_NAME["mods"].kinds, _of_records(mods.mods)),
        MetadataFormat("rdf", "http://www.openarchives.org/OAI/2.0/rdf.xsd", PREFIXES["rdf"], HARVESTED, _rdf),
    )
}
"""The formats by prefix."""
