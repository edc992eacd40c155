"""`/pictures`: matrices, timelines and networks, each as a page, as an SVG file and as a table to take away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import lineages, matrices, meetings, networks
from aseancan_kg.catalogue.labels import Link
from aseancan_kg.catalogue.lineages import Lineage
from aseancan_kg.catalogue.matrices import Kind, Matrix
from aseancan_kg.catalogue.networks import Network
from aseancan_kg.errors import NotFound
from aseancan_kg.library.sheets import WRITERS
from aseancan_kg.mediatypes import HTML, SVG, named
from aseancan_kg.web.drawings import matrices as matrix_drawings
from aseancan_kg.web.drawings import networks as network_drawings
from aseancan_kg.web.drawings import timelines
from aseancan_kg.web.drawings.svg import Element, Target, as_file, inline
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import href_of, page
from aseancan_kg.web.state import State, root_of, state_of
from aseancan_kg.web.tables import Shown, Table, file

OFFERED = (SVG, *WRITERS)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be drawn, and what stands beside it; `query` is what its address needs besides its name."""

    name: str
    title: str
    description: str
    draw: Callable[[Target], Element]
    table: Table
    query: str = ""
    note: str = ""
    interactive: bool = False
    matrix: Matrix | None = None


async def overview(request: Request) -> Response:
    """Answer `/pictures`: all that can be drawn of this dataset."""
    return await run_in_threadpool(_overview, request)


async def picture(request: Request) -> Response:
    """Answer `/pictures/{name}`: a page; a suffix asks for the picture alone, or for what it shows as a table.

    `plan` names the plan of a matrix, `of` the thing of a picture that has one. With `row` and `column` it sends to the
    query for the list behind a cell of a matrix.
    """
    return await run_in_threadpool(_picture, request)


def of_thing(request: Request, iri: str) -> list[tuple[Picture, Markup]]:
    """Return the pictures of a thing that there are, drawn for its page: its lineage, and what it is joined to.

    For the template `pictures-of-thing.html`.
    """
    state = state_of(request)
    made = (_lineage_of(state, iri), _around(state, iri))
    href = href_of(request)
    return [(one, inline(one.draw(lambda other: "" if other == iri else href(other)))) for one in made if one]


def _overview(request: Request) -> Response:
    state = state_of(request)
    made = [_of_name(state, name, None) for name in (*_KINDS, *_WHOLE)]
    return keep(request, page(request, "pictures.html", pictures=[one for one in made if one]))


def _picture(request: Request) -> Response:
    name, _, suffix = request.path_params["name"].partition(".")
    asked = request.query_params
    found = _of_name(state_of(request), name, asked.get("plan") if name in _KINDS else asked.get("of"))
    if found is None:
        raise NotFound("there is no such picture of this dataset", remedy="/pictures lists those there are.")
    if found.matrix and "row" in asked and "column" in asked:
        query = urlencode({"query": _listing(found.matrix, asked["row"], asked["column"])})
        return RedirectResponse(f"{root_of(request)}/sparql?{query}", status_code=303)
    chosen = named(suffix, OFFERED) if suffix else HTML
    if chosen is HTML:
        response = _page(request, found)
    elif chosen is SVG:
        response = Response(as_file(found.draw(lambda iri: "")), media_type=SVG.media_type)
    else:
        # Not kept: it tells the address that it was asked at, in the words of whoever asks.
        return file(request, found.table.sheet(found.title, [("What it shows", found.description)]), chosen)
    return keep(request, response, *dict(parse_qsl(found.query)))


def _page(request: Request, found: Picture) -> Response:
    address = f"{root_of(request)}/pictures/{found.name}"
    others = []
    if found.matrix:
        plans = matrices.plans(state_of(request).store)
        others = [(one, f"?{urlencode({'plan': one.iri})}") for one in plans if one != found.matrix.plan]
    return page(
        request,
        "picture.html",
        path=f"/pictures/{found.name}{found.query and '?' + found.query}",
        picture=found,
        drawn=inline(found.draw(href_of(request))),
        level=matrix_drawings.level,
        cell=_cell,
        downloads=[(one, f"{address}.{one.name}{found.query and '?' + found.query}") for one in OFFERED],
        others=others,
    )


def _cell(matrix: Matrix, row: int, column: int) -> str:
    """Return the address, from the page of a matrix, of the list behind a cell."""
    asked = {"plan": matrix.plan.iri, "row": matrix.rows[row].iri, "column": matrix.columns[column].iri}
    return f"?{urlencode(asked)}"


def _listing(matrix: Matrix, row: str, column: str) -> str:
    """Return the query behind the cell where two things meet; raises `NotFound` where they do not."""
    for place in matrix.cells:
        if (matrix.rows[place[0]].iri, matrix.columns[place[1]].iri) == (row, column):
            return matrix.listing(*place)
    raise NotFound("nothing stands in that cell")


_KINDS = {kind.name: kind for kind in matrices.KINDS}


def _of_name(state: State, name: str, iri: str | None) -> Picture | None:
    """Return the picture of a name; `iri` is the plan of a matrix, or the thing of a picture that needs one."""
    if name in _KINDS:
        return _matrix(state, _KINDS[name], iri)
    if name in _WHOLE:
        return _WHOLE[name](state)
    if name in _OF_THING and iri:
        return _OF_THING[name](state, iri)
    return None


def _matrix(state: State, kind: Kind, iri: str | None) -> Picture | None:
    plan = next((one for one in matrices.plans(state.store) if iri in (None, one.iri)), None)
    made = matrices.matrix(state.store, kind, plan) if plan else None
    if made is None:
        return None
    rows = [
        (Link(row.iri, row.label), *(made.cells.get((number, column)) for column in range(len(made.columns))))
        for number, row in enumerate(made.rows)
    ]
    return Picture(
        kind.name,
        kind.title,
        kind.description,
        lambda target: matrix_drawings.draw(made, lambda *place: _cell(made, *place) if target(made.plan.iri) else ""),
        Table((kind.rows.name, *(one.label for one in made.columns)), frozenset({kind.rows.name}), rows),
        urlencode({"plan": iri}) if iri else "",
        matrix=made,
    )


def _lineages(state: State) -> Picture | None:
    made = state.derived.get(lineages.lineages).overview()
    title = "Instruments that supersede one another"
    told = "Each chain of instruments in which a later one takes the place of an earlier one, by their dates."
    return _of_lineage(made, "lineages", title, told) if made else None


def _lineage_of(state: State, iri: str) -> Picture | None:
    made = state.derived.get(lineages.lineages).of(iri)
    if made is None:
        return None
    label = next(one.label for one in made.instruments if one.iri == iri)
    told = "What it supersedes and what supersedes it; what it implements or belongs to, and what implements it."
    return _of_lineage(made, "lineage", f"Lineage of {label}", told, urlencode({"of": iri}))


def _of_lineage(made: Lineage, name: str, title: str, told: str, query: str = "") -> Picture:
    relations = tuple(dict.fromkeys(tie.relation for tie in made.ties))
    rows = []
    for number, one in enumerate(made.instruments):
        spans = (one.adopted, one.in_force, one.starts, one.ends)
        ties = (
            tuple(_link(made, tie.target) for tie in made.ties if (tie.source, tie.relation) == (number, relation))
            for relation in relations
        )
        rows.append((Link(one.iri, one.label), *(span.text if span else None for span in spans), *ties))
    columns = ("Instrument", "Adopted", "In force", "From", "To", *(word.capitalize() for word in relations))
    return Picture(
        name,
        title,
        told,
        lambda target: timelines.lineage(made, name, title, target),
        Table(columns, frozenset({"Instrument", *columns[5:]}), rows),
        query,
        f"{made.left_out} more are not shown." if made.left_out else "",
    )


def _link(made: Lineage, number: int) -> Link:
    return Link(made.instruments[number].iri, made.instruments[number].label)


def _meetings(state: State) -> Picture | None:
    made = state.derived.get(meetings.meetings)
    if not any(one.when for one in made):
        return None
    kinds = tuple(name for name in meetings.REAFFIRMED.values() if any(name in one.reaffirmed for one in made))
    rows = [
        (
            Link(one.iri, one.label),
            one.series,
            one.when.text if one.when else None,
            one.place,
            one.statements or None,
            *(one.reaffirmed.get(name, ()) for name in kinds),
        )
        for one in made
    ]
    columns = ("Meeting", "Series", "Began", "Place", "Statements", *(f"Reaffirmed {name}" for name in kinds))
    reported = sum(one.statements > 0 for one in made)
    undated = sum(one.when is None for one in made)
    return Picture(
        "meetings",
        "Meetings, and what they reaffirmed",
        f"{len(made)} meetings by their dates, a row for each series. Those are filled of which it is recorded what "
        f"was said, {reported} so far; the table says what they reaffirmed.",
        lambda target: timelines.meetings(made, target),
        Table(columns, frozenset({"Meeting", "Series", *columns[5:]}), rows),
        note=f"{undated} without a date {'is' if undated == 1 else 'are'} in the table only." if undated else "",
    )


def _things(state: State) -> Picture | None:
    made = state.derived.get(networks.of_things)
    told = (
        "The instruments and bodies that actions name. Two are joined when an action names both, the thicker the more "
        "actions do, or, by a broken line, when something else relates them."
    )
    return _network(made, "network", "Instruments and bodies that actions name", told) if made else None


def _actions(state: State) -> Picture | None:
    made = state.derived.get(networks.with_actions)
    told = (
        "Each action, joined to the instruments and bodies that it names; these are joined when something relates them."
    )
    return _network(made, "network-with-actions", "Actions, and what they name", told) if made else None


def _around(state: State, iri: str) -> Picture | None:
    made = networks.around(state.store, iri) if state.store.knows(iri) else None
    if made is None:
        return None
    told = "Instruments, bodies, meetings and actions that it is directly joined to."
    return _network(made, "neighbours", f"Around {made.nodes[0].label}", told, urlencode({"of": iri}))


def _network(made: Network, name: str, title: str, told: str, query: str = "") -> Picture:
    draw = network_drawings.draw_around if query else network_drawings.draw
    columns = ("From", "Kind", "Joined by", "To", "Kind of that")
    left_out = [
        f"{link.label} is left out, since it would join everything: {count} actions name it, those not counted that "
        "have it only within the name of another thing."
        for link, count in made.left_out
    ]
    if made.more:
        left_out.append(f"{made.more} more are not shown.")
    return Picture(
        name,
        title,
        told,
        lambda target: draw(made, name, title, target),
        Table(columns, frozenset({"From", "To"}), [*_edges(made)]),
        query,
        " ".join(left_out),
        interactive=not query,
    )


def _edges(made: Network) -> Iterator[tuple[Shown, ...]]:
    """Yield a row for each edge, and one for each node that has none."""
    ends = [Link(node.iri, node.name) for node in made.nodes]
    for edge in made.edges:
        kinds = (made.nodes[end].kind.label for end in (edge.source, edge.target))
        first, second = kinds
        reasons = ", ".join(network_drawings.reasons(edge))
        yield ends[edge.source], first, reasons, ends[edge.target], second
    joined = {end for edge in made.edges for end in (edge.source, edge.target)}
    for number, node in enumerate(made.nodes):
        if number not in joined:
            yield ends[number], node.kind.label, None, None, None


_WHOLE: dict[str, Callable[[State], Picture | None]] = {
    "lineages": _lineages,
    "meetings": _meetings,
    "network": _things,
    "network-with-actions": _actions,
}
"""Name → picture of the whole dataset."""
_OF_THING: dict[str, Callable[[State, str], Picture | None]] = {"lineage": _lineage_of, "neighbours": _around}
"""Name → picture of a thing."""
NAMES = (*_KINDS, *_WHOLE, *_OF_THING)
"""What a picture is called in its address."""
