"""`/desk/look-up`: existing things by their names, for the fields of forms, and what a new one may be a double of."""

import json
from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.catalogue.labels import iri_of
from aseancan_kg.edits import Cells
from aseancan_kg.library.reconciliation.entities import Entity
from aseancan_kg.library.reconciliation.matching import Candidate, Matcher
from aseancan_kg.namespaces import ID, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import nodes
from aseancan_kg.web.desk.access import allow
from aseancan_kg.web.desk.pages import at_desk
from aseancan_kg.web.state import State, state_of

_SUGGESTED = 10
_NAMES = ("title", "name")
"""Columns by which a new thing may be found to be there already."""
_ALIKE = 85.0
"""Score from which on a thing is told to be like a new one."""
_LONGEST = 500
"""Characters of a name that are compared."""


async def look_up(request: Request) -> Response:
    """Answer `/desk/look-up?q=…`, and `kind=` if need be, as OpenSearch suggestions whose addresses are references.

    Those of the kind `source` are the web addresses that are cited, too, where `address` is one of the kinds.
    """
    await allow(request, "read")
    return await at_desk(request, _look_up)


ROUTES = [Route("/desk/look-up", look_up)]


def named(state: State, text: str, kinds: Collection[str]) -> str | None:
    """Return the reference, `kind/slug`, of the one thing that is safely called so; None when there is not just one."""
    found = [one for one in _candidates(state, text) if _kind(one.entity) in kinds or not kinds]
    return reference(found[0].entity) if found and found[0].match else None


def alike(state: State, cells: Cells) -> list[Candidate]:
    """Return the things whose names are so like those of a new row that it may be a double of them."""
    names = [cells[column] for column in _NAMES if column in cells]
    return [one for name in names for one in _candidates(state, name) if one.score >= _ALIKE]


def reference(entity: Entity) -> str:
    """Return a thing as cells name it."""
    return entity.iri.removeprefix(ID)


def _look_up(request: Request) -> Response:
    asked, kinds = request.query_params.get("q", "")[:_LONGEST], request.query_params.getlist("kind")
    if "source" in kinds:
        sources = _sources(state_of(request).store, asked)
        fit = (one for one in sources if one[0].startswith(ID) or "address" in kinds)
        found = [(name, "source", iri.removeprefix(ID)) for iri, name in fit]
    else:
        begun = state_of(request).derived.get(Matcher).begun(asked)
        ours = (one for one in begun if one.iri.startswith(ID) and (not kinds or _kind(one) in kinds))
        found = [(one.name, _kind(one), reference(one)) for one in ours]
    columns = zip(*found[:_SUGGESTED], strict=True) if found else ((), (), ())
    return Response(json.dumps([asked, *columns], ensure_ascii=False), media_type="application/x-suggestions+json")


def _sources(store: Dataset, asked: str) -> list[tuple[str, str]]:
    """Return the IRI and the name of the sources that have all words which are being written in either of them."""
    quads = store.quads(predicates=nodes([f"{PREFIXES['rdf']}type"]), objects=nodes([f"{ONT}SourceDocument"]))
    labels = store.labels(iri_of(quad.subject) for quad in quads)
    words = asked.casefold().split()
    found = [(iri, label.value) for iri, label in labels.items()]
    matching = (one for one in found if words and all(word in " ".join(one).casefold() for word in words))
    return sorted(matching, key=lambda one: (not one[0].startswith(ID), one))  # what is described here comes first


def _candidates(state: State, name: str) -> list[Candidate]:
    found = state.derived.get(Matcher).candidates(name[:_LONGEST])
    return [one for one in found if one.entity.iri.startswith(ID)]


def _kind(entity: Entity) -> str:
    return reference(entity).partition("/")[0]
