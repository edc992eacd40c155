"""`/read`: a plan as people read it, and its text and actions to take away."""

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue.codings import Judgement
from aseancan_kg.catalogue.labels import Link, link, natural
from aseancan_kg.catalogue.reading import PLAN, Part, Reading, Readings, parts_of
from aseancan_kg.catalogue.statements import reported_meetings
from aseancan_kg.errors import InputError
from aseancan_kg.library import sheets
from aseancan_kg.library.citing.citations import as_sentence
from aseancan_kg.library.citing.references import references
from aseancan_kg.library.sheets import Sheet
from aseancan_kg.mediatypes import CSV, JSON_LD, PLAIN_TEXT, TURTLE, XLSX, Format
from aseancan_kg.namespaces import ID, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import pointing
from aseancan_kg.store.representation import write
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import root_of, state_of

_COLUMNS = ("number", "chapter", "section", "text", "lead_verbs", "clauses", "topics", "goals", "names", "action")
_SWITCHES = {"source": "off", "notes": "on"}
"""What a reader can show and hide, and how it is unless asked for."""


async def plans(request: Request) -> Response:
    """Answer `/read`: the plans whose text is held; sends on to the plan where there is one only."""
    found = await run_in_threadpool(plans_of, state_of(request).store)
    if len(found) == 1:
        return RedirectResponse(f"{root_of(request)}{address(found[0].iri)}", status_code=303)
    return page(request, "plans.html", plans=[(one, root_of(request) + address(one.iri)) for one in found])


async def read(request: Request) -> Response:
    """Answer `/read/{kind}/{slug}`: the plan to be read; with a suffix, its text, actions or triples as a file."""
    path = request.path_params["path"]
    stem, _, suffix = path.rpartition(".")
    chosen = next((one for one in _FILES if one.name == suffix), None)
    plan = ID + (stem if chosen else path)
    if chosen:
        body = await run_in_threadpool(_FILES[chosen], request, plan)
        name = f"{plan.rpartition('/')[2]}.{chosen.name}"
        headers = {"Content-Disposition": attachment(name)} if chosen in sheets.WRITERS else {}
        response = Response(body, headers=headers, media_type=chosen.content_type)
    else:
        response = await run_in_threadpool(_page, request, plan)
    return keep(request, response, *(() if chosen else _SWITCHES))


def address(plan: str) -> str:
    """Return the path where a plan is read."""
    return f"/read/{plan.removeprefix(ID)}"


def _page(request: Request, plan: str) -> Response:
    shown = {name: request.query_params.get(name, usual) for name, usual in _SWITCHES.items()}
    if wrong := next((name for name, value in shown.items() if value not in ("on", "off")), None):
        raise InputError(f"{wrong} is {shown[wrong]!r}", remedy="It is on or off.")
    found = _reading(request, plan)
    own = f"{root_of(request)}{address(plan)}"
    return page(
        request,
        "reading.html",
        about=plan,
        reading=found,
        address=own,
        source=shown["source"] == "on",
        notes=shown["notes"] == "on",
        meetings=state_of(request).derived.get(reported_meetings),
        cited=references(state_of(request).store, [part.iri for part in (found.title, *found.actions)]),
        files=[(one, f"{own}.{one.name}") for one in _FILES],
    )


def _reading(request: Request, plan: str) -> Reading:
    return state_of(request).derived.get(Readings).of(plan)


def plans_of(store: Dataset) -> list[Link]:
    """Return the plans whose text is held."""
    found = pointing(store, f"{PREFIXES['rdf']}type", [PLAN]).get(PLAN, [])
    labels = store.labels(found)
    return sorted((link(labels, iri) for iri in found if iri.startswith(ID)), key=lambda one: natural(one.label))


def _text(request: Request, plan: str) -> bytes:
    found = _reading(request, plan)
    lines = (" ".join(filter(None, (part.number, part.text))) for part in (found.title, *found.parts))
    return "".join(f"{line}\n\n" for line in lines).encode()


def _triples(graph_format: Format) -> Callable[[Request, str], bytes]:
    def triples(request: Request, plan: str) -> bytes:
        _reading(request, plan)  # or there is no such plan
        store = state_of(request).store
        about = store.about(parts_of(store, plan))
        return write((quad for quads in about.values() for quad in quads), graph_format, first=plan)

    return triples


def _sheet(sheet_format: Format) -> Callable[[Request, str], bytes]:
    def table(request: Request, plan: str) -> bytes:
        found = _reading(request, plan)
        cited = references(state_of(request).store, [plan])[plan]
        about = (("Dataset version", cited.version), ("Cite as", as_sentence(cited)))
        rows = [_row(part) for part in found.actions]
        return sheets.WRITERS[sheet_format](Sheet(found.title.text, _COLUMNS, rows, about))

    return table


def _row(action: Part) -> tuple[str | int, ...]:
    verbs = [code for clause in action.clauses for code in _codes(clause.judgements, "leadVerb")]
    return (
        action.number,
        *((action.within or ("",))[at] for at in (0, -1)),
        action.text,
        "; ".join(verbs),
        len(action.clauses),
        "; ".join(_codes(action.judgements, "topic")),
        "; ".join(_codes(action.judgements, "sdg")),
        "; ".join(dict.fromkeys(mention.thing.label for mention in action.mentions)),
        action.iri,
    )


def _codes(judgements: Sequence[Judgement], name: str) -> list[str]:
    return [code.code.label for one in judgements if one.property.iri == ONT + name for code in one.codes]


_FILES: dict[Format, Callable[[Request, str], bytes]] = {
    CSV: _sheet(CSV),
    XLSX: _sheet(XLSX),
    PLAIN_TEXT: _text,
    TURTLE: _triples(TURTLE),
    JSON_LD: _triples(JSON_LD),
}
"""What of a plan can be had as a file → what makes it."""
OFFERED = tuple(_FILES)
"""The formats of these files."""
