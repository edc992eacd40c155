"""Things and what relates them as GraphML, for network software (http://graphml.graphdrawing.org/)."""

from xml.etree import ElementTree as ET

from aseancan_kg.library.tables.tables import Filled

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def as_graphml(edges: Filled) -> bytes:
    """Write the table of edges as a directed graph; a node is known by its IRI."""
    graphml = ET.Element("graphml", xmlns=_NAMESPACE)
    for name, of in (("label", "node"), ("kind", "node"), ("relation", "edge")):
        ET.SubElement(graphml, "key", {"id": name, "for": of, "attr.name": name, "attr.type": "string"})
    graph = ET.SubElement(graphml, "graph", edgedefault="directed")
    nodes = dict[str, tuple[str, str]]()
    for side in ("source", "target"):
        told = zip(*(edges.column(f"{side}{ending}") for ending in ("", "_label", "_kind")), strict=True)
        nodes |= {str(iri): (str(label or ""), str(kind)) for iri, label, kind in told}
    for iri, (label, kind) in sorted(nodes.items()):
        node = ET.SubElement(graph, "node", id=iri)
        ET.SubElement(node, "data", key="label").text = label
        ET.SubElement(node, "data", key="kind").text = kind
    for source, relation, target in zip(*map(edges.column, ("source", "relation", "target")), strict=True):
        edge = ET.SubElement(graph, "edge", source=str(source), target=str(target))
        ET.SubElement(edge, "data", key="relation").text = str(relation)
    written: bytes = ET.tostring(graphml, encoding="utf-8", xml_declaration=True)
    return written
