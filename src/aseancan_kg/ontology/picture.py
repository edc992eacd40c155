"""Pictures of the model as SVG: the whole on one page, with counts from the graph, and each class by itself."""

from collections.abc import Iterable, Sequence
from html import escape

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import DCTERMS, PROV, SKOS
from rdflib.term import Node

from aseancan_kg import namespaces

_WIDTH, _HEIGHT = 168, 44
_COLUMNS, _ROWS = (20, 350, 680, 1010), (20, 120, 220, 320, 420)
_PLACES: dict[str, tuple[int, int]] = {
    name: (_COLUMNS[column], _ROWS[row])
    for column, names in enumerate(
        (
            ("Section", "Action", "Clause", "Coding", "Concept"),
            ("SourceDocument", "Mention", "", "", "Statement"),
            ("Assertion", "Instrument", "Body", "Mechanism", "Meeting"),
            ("InstrumentState", "PartyAction", "State", "Person", "Participation"),
        )
    )
    for row, name in enumerate(names)
    if name
}
"""Class → where its box stands on the page."""
_BOUNDS = ("Earliest", "Latest")
"""Ends of the names of dates that only repeat another as first and last day."""
_EDGES: tuple[tuple[str, URIRef, str], ...] = (
    ("Action", DCTERMS.isPartOf, "Section"),
    ("Clause", DCTERMS.isPartOf, "Action"),
    ("Coding", RDF.subject, "Clause"),
    ("Coding", RDF.object, "Concept"),
    ("Mention", RDF.subject, "Action"),
    ("Mention", RDF.object, "Instrument"),
    ("Mention", RDF.object, "Body"),
    ("Mention", RDF.object, "Mechanism"),
    ("Mention", PROV.hadPrimarySource, "SourceDocument"),
    ("Assertion", PROV.hadPrimarySource, "SourceDocument"),
    ("Assertion", RDF.subject, "Instrument"),
    ("Statement", URIRef(namespaces.ONT + "reaffirms"), "Action"),
    ("Statement", URIRef(namespaces.ONT + "saidAt"), "Meeting"),
    ("Meeting", URIRef(namespaces.ONT + "inSeries"), "Mechanism"),
    ("InstrumentState", URIRef(namespaces.ONT + "stateOf"), "Instrument"),
    ("PartyAction", URIRef(namespaces.ONT + "onInstrument"), "Instrument"),
    ("PartyAction", URIRef(namespaces.ONT + "actingParty"), "State"),
    ("Participation", URIRef(namespaces.ONT + "meeting"), "Meeting"),
    ("Participation", URIRef(namespaces.ONT + "agent"), "Person"),
)
"""Links that the picture shows, of the many that there are."""


def overview(data: Graph) -> str:
    """Draw the main classes and the links between them, each with its number in the graph."""
    members = {name: set(data.subjects(RDF.type, _class(name))) for name in _PLACES}
    lines = []
    for source, predicate, target in _EDGES:
        pairs = data.subject_objects(predicate)
        number = sum(subject in members[source] and value in members[target] for subject, value in pairs)
        lines.append(_arrow(source, target, f"{_words(predicate)} {number:,}"))
    boxes = [_box(x, y, name, f"{len(members[name]):,}") for name, (x, y) in _PLACES.items()]
    return _svg("overview", 1200, 490, "The main classes and links of the graph, with their numbers", [*lines, *boxes])


def of_class(term: URIRef, ontology: Graph) -> str:
    """Draw one class with what stands above and below it, and the properties that lead from it and to it."""
    above = _names(ontology.objects(term, RDFS.subClassOf))
    below = _names(ontology.subjects(RDFS.subClassOf, term))
    outgoing = [name for name in _names(ontology.subjects(RDFS.domain, term)) if not name.endswith(_BOUNDS)]
    incoming = _names(ontology.subjects(RDFS.range, term))
    rows = max(3, len(outgoing), len(incoming))
    height = 90 + rows * 20 + (40 if below else 0)
    middle = 60 + rows * 10
    name = namespaces.shorten(str(term))
    marks = [_box(296, middle - _HEIGHT // 2, name, "")]
    for names, x, anchor in ((incoming, 278, "end"), (outgoing, 482, "start")):
        for row, neighbour in enumerate(names):
            y = 60 + row * 20 + (rows - len(names)) * 10
            marks.append(_text(x, y + 5, neighbour, anchor=anchor))
        if names:
            from_x, to_x = (282, 296) if anchor == "end" else (464, 478)
            marks.append(_line(from_x, middle, to_x, middle, name))
    for names, y, sign in ((above, 24, "⊑"), (below, height - 12, "⊒")):
        if names:
            marks.append(_text(380, y, f"{sign} {', '.join(names)}"))
    return _svg(name, 760, height, f"{name} and its properties", marks)


def _class(name: str) -> URIRef:
    return SKOS.Concept if name == "Concept" else URIRef(namespaces.ONT + name)


def _names(terms: Iterable[Node]) -> list[str]:
    return sorted(namespaces.shorten(str(term)) for term in terms if isinstance(term, URIRef))


def _words(predicate: URIRef) -> str:
    return namespaces.shorten(str(predicate)).partition(":")[2]


def _box(x: int, y: int, name: str, note: str) -> str:
    middle = x + _WIDTH // 2
    label = _text(middle, y + (20 if note else 27), name, 'font-weight="600"')
    under = _text(middle, y + 37, note, 'font-size="12"') if note else ""
    return f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>{label}{under}'


def _arrow(source: str, target: str, words: str) -> str:
    """Draw a line between the nearest sides of two boxes, its words in its middle."""
    (x1, y1), (x2, y2) = _side(source, target), _side(target, source)
    label = _text((x1 + x2) // 2, (y1 + y2) // 2 - 4, words, 'font-size="11" class="edge"')
    return f"{_line(x1, y1, x2, y2, 'overview')}{label}"


def _line(x1: int, y1: int, x2: int, y2: int, picture: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" marker-end="url(#{escape(picture)}-head)"/>'


def _text(x: int, y: int, words: str, look: str = "", anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {look}>{escape(words)}</text>'


def _side(of: str, towards: str) -> tuple[int, int]:
    (x, y), (other_x, other_y) = _PLACES[of], _PLACES[towards]
    if other_x > x + _WIDTH:
        return x + _WIDTH, y + _HEIGHT // 2
    if other_x + _WIDTH < x:
        return x, y + _HEIGHT // 2
    return x + _WIDTH // 2, y + (_HEIGHT if other_y > y else 0)


def _svg(name: str, width: int, height: int, title: str, marks: Sequence[str]) -> str:
    """Put a picture together; several stand on one page, so each has its name in what others must not refer to."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14"><title>{escape(title)}</title>'
        "<style>rect{fill:#eef3f8;stroke:#33566f}line{stroke:#6b7f8e}text{fill:#14222c}"
        ".edge{paint-order:stroke;stroke:#fff;stroke-width:4px}.ground{fill:#fff;stroke:none}</style>"
        '<rect width="100%" height="100%" class="ground"/>'
        f'<defs><marker id="{escape(name)}-head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#6b7f8e"/></marker></defs>' + "\n".join(marks) + "</svg>\n"
    )
