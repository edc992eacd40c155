"""A network: marks by kind, as large as they are often named, and names where there is room for them.

What one thing is joined to is drawn as a list below it, which a phone can show.
"""

import math
from collections.abc import Iterator, Sequence

from aseancan_kg.catalogue.networks import ACTION, Edge, Network, Node
from aseancan_kg.web.drawings.svg import CHARACTER, Element, Target, clipped, linked, mark, picture

_WIDTH = 1100
_HEIGHT, _LOW, _FEW = 820, 460, 16
"""Height of a picture, and of one that has few nodes."""
_MARGIN_X, _MARGIN_Y, _TOP = 90, 30, 40
_TYPE_SIZE = 11
_LONGEST, _LONGEST_APART = 34, 22
"""Characters of a name, and of one in the rows of what is not connected to the rest."""
_ROW, _ABOVE_ROWS = 22, 30
_NARROW, _STEM, _BRANCH, _STEP, _LONGEST_AROUND = 400, 16, 36, 36, 48
"""Width of a picture of what is around a thing, where its lines stand, its rows, and characters of a line in it."""

Box = tuple[float, float, float, float]


def draw(network: Network, name: str, title: str, target: Target) -> Element:
    """Draw a network; a node's number stands in its `data-node`, those of an edge in `data-ends`."""
    bottom = (_LOW if len(network.nodes) <= _FEW else _HEIGHT) - _MARGIN_Y
    rows = max(max(node.y for node in network.nodes) - 1, 0)
    height = bottom + _MARGIN_Y + rows * _ROW + (_ABOVE_ROWS if rows else 0)
    places = [_place(node, bottom) for node in network.nodes]
    taken = [
        (x - _size(node), y - _size(node), x + _size(node), y + _size(node))
        for node, (x, y) in zip(network.nodes, places, strict=True)
    ]
    marks = [mark("g", *(_edge(network, edge, places) for edge in network.edges), look="edges")]
    nodes = []
    for number, node in enumerate(network.nodes):
        x, y = places[number]
        told = f"{node.label} ({node.kind.label}{_named(node)})"
        parts = [_shape(node, x, y), _name(node, x, y, taken)]
        nodes.append(linked(target(node.iri), told, *parts, look="node", data_node=number, data_kind=_kind(node)))
    marks.append(mark("g", *nodes, look="nodes"))
    marks += _key(network)
    if rows:
        marks += _heading(bottom + _ABOVE_ROWS)
    counts = ", ".join(f"{kind.label}: {sum(node.kind == kind for node in network.nodes)}" for kind in network.kinds)
    things, lines = _counted(network.nodes, "thing"), _counted(network.edges, "line")
    told = f"{things} ({counts}), {lines} between them. The table on the page holds the same."
    return picture(name, _WIDTH, height, title, told, *marks)


def draw_around(network: Network, name: str, title: str, target: Target) -> Element:
    """Draw the first node, and below it those it is joined to, each with what joins them."""
    reasons = [_reasons(network, number) for number in range(len(network.nodes))]
    low = _STEM + _STEP * (len(network.nodes) - 1)
    marks = [mark("line", look="edge", x1=_STEM, y1=_STEM, x2=_STEM, y2=low)]
    for number, node in enumerate(network.nodes):
        x, y = (_BRANCH if number else _STEM), _STEM + _STEP * number
        if number:
            marks.append(mark("line", look="edge", x1=_STEM, y1=y, x2=x, y2=y))
        at, told = x + 14, f"{node.label} ({node.kind.label})"
        words = mark(
            "text",
            clipped(node.name if node.kind.iri == ACTION else node.label, _LONGEST_AROUND),
            look="label",
            x=at,
            y=y if number else y + 4,
        )
        why = mark("text", reasons[number], look="faint", x=at, y=y + 14, font_size=_TYPE_SIZE)
        parts = [_shape(node, x, y), words, *([why] if number else [])]
        marks.append(linked(target(node.iri), told, *parts, look="node", data_kind=_kind(node)))
    told = f"{_counted(network.nodes[1:], 'thing')} that it is joined to. The table on the page holds the same."
    drawn = picture(name, _NARROW, low + _STEP - 10, title, told, *marks)
    drawn.set("class", "picture narrow")
    return drawn


def _reasons(network: Network, number: int) -> str:
    """Say what a node is, and what joins it to the first: as this has it, or with "this" behind what the node says."""
    own = [word for edge in network.edges if edge.target == number for word in edge.relations]
    others = [f"{word} this" for edge in network.edges if edge.source == number for word in edge.relations]
    return clipped(f"{network.nodes[number].kind.label}: {', '.join(own + others)}", _LONGEST_AROUND)


def _place(node: Node, bottom: float) -> tuple[float, float]:
    """Return where a node stands; `bottom` is the lowest place of what is connected."""
    x, top = _MARGIN_X + node.x * (_WIDTH - 2 * _MARGIN_X), _TOP + _MARGIN_Y
    return x, top + node.y * (bottom - top) if node.y <= 1 else bottom + _ABOVE_ROWS + (node.y - 1) * _ROW


def _heading(y: float) -> list[Element]:
    line = mark("line", look="grid", x1=16, x2=_WIDTH - 16, y1=y - 14, y2=y - 14)
    return [line, mark("text", "Not connected to the rest", look="faint", x=16, y=y + 4)]


def _counted(ones: Sequence[object], noun: str) -> str:
    return f"{len(ones)} {noun}{'s' if len(ones) != 1 else ''}"


def _named(node: Node) -> str:
    return f", named by {node.actions} action{'s' if node.actions > 1 else ''}" if node.actions else ""


def _kind(node: Node) -> str:
    """Return the class of a mark, the last part of its kind's IRI."""
    return node.kind.iri.rpartition("#")[2].lower()


def _size(node: Node) -> float:
    return 3.5 if node.kind.iri == ACTION else 4.5 + 2 * math.sqrt(node.actions)


def _shape(node: Node, x: float, y: float) -> Element:
    """Draw the mark of a node; kinds differ in shape too, not in colour alone."""
    size, look = _size(node), _kind(node)
    match look:
        case "instrument":
            return mark("rect", look=look, x=x - size, y=y - size, width=2 * size, height=2 * size)
        case "mechanism" | "meeting":
            return _corners(
                "mechanism", (x, y - 1.3 * size), (x + 1.3 * size, y), (x, y + 1.3 * size), (x - 1.3 * size, y)
            )
        case "programme" | "fund":
            return _corners("programme", (x, y - 1.2 * size), (x + 1.2 * size, y + size), (x - 1.2 * size, y + size))
        case _:
            return mark("circle", look=look, cx=x, cy=y, r=size)


def _corners(look: str, *corners: tuple[float, float]) -> Element:
    return mark("polygon", look=look, points=" ".join(f"{x:.5g},{y:.5g}" for x, y in corners))


def _name(node: Node, x: float, y: float, taken: list[Box]) -> Element:
    """Write the name beside its mark where it covers nothing; where there is no such place it is hidden."""
    apart = node.y > 1
    words = clipped(node.name, _LONGEST_APART if apart else _LONGEST)
    wide, size = len(words) * _TYPE_SIZE * CHARACTER, _size(node) + 3
    sides = [("start", x + size, y + 4), ("end", x - size - wide, y + 4)]
    if x < _WIDTH / 2 and not apart:
        sides.reverse()
    for anchor, left, base in (
        *sides,
        ("middle", x - wide / 2, y + size + 9),
        ("middle", x - wide / 2, y - size - 1),
    ):
        box = (left, base - 10, left + wide, base + 3)
        free = all(box[2] < one[0] or one[2] < box[0] or box[3] < one[1] or one[3] < box[1] for one in taken)
        if free and left > 2 and left + wide < _WIDTH - 2:
            taken.append(box)
            at = {"start": left, "middle": x, "end": left + wide}[anchor]
            return mark("text", words, look="halo", x=at, y=base, text_anchor=anchor, font_size=_TYPE_SIZE)
    # Shown when it is pointed at, so towards the middle, where it does not leave the picture.
    at, anchor = (x + size, "start") if x < _WIDTH / 2 else (x - size, "end")
    name = mark("text", words, look="halo", x=at, y=y + 4, text_anchor=anchor, font_size=_TYPE_SIZE)
    name.set("visibility", "hidden")
    return name


def _edge(network: Network, edge: Edge, places: list[tuple[float, float]]) -> Element:
    counted = any(one.actions for one in network.edges)
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    return mark(
        "line",
        mark("title", told(network, edge)),
        look="edge",
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke_width=1 + 1.5 * math.log1p(edge.actions),
        stroke_dasharray="4 3" if counted and not edge.actions else None,
        data_ends=f"{edge.source} {edge.target}",
    )


def told(network: Network, edge: Edge) -> str:
    """Say what joins two nodes."""
    return f"{network.nodes[edge.source].name} – {network.nodes[edge.target].name}: {', '.join(reasons(edge))}"


def reasons(edge: Edge) -> Iterator[str]:
    """Yield each reason why two nodes are joined."""
    yield from edge.relations
    if edge.actions:
        yield f"named together in {edge.actions} action{'s' if edge.actions > 1 else ''}"


def _key(network: Network) -> list[Element]:
    marks, x = [], 16.0
    for kind in network.kinds:
        sample = Node("", "", "", kind, 0, 0, 0)
        words = mark("text", kind.label, look="faint", x=12, y=4)
        marks.append(mark("g", _shape(sample, 0, 0), words, transform=f"translate({x:.5g} 18)"))
        x += 12 + len(kind.label) * 12 * CHARACTER + 26
    return marks
