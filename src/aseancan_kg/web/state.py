"""What every door shares: the store, the query catalogue and the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import jinja2
from starlette.requests import Request

from aseancan_kg.namespaces import BASE, ONT
from aseancan_kg.queries import Query
from aseancan_kg.store.dataset import Dataset

HERE = Path(__file__).parent
_OWN_DOCUMENTS = ("ont", "dataset", "shapes")
_OWN_PATHS = ("scheme/", "graph/")


@dataclass(frozen=True, slots=True)
class State:
    """Made once by `create_app`; nothing in it changes while the service runs."""

    store: Dataset
    queries: Mapping[str, Query]
    templates: jinja2.Environment


def templates(store: Dataset, downloads: frozenset[str]) -> jinja2.Environment:
    """Return the page templates; everything put into them is escaped. `downloads` are names of files on offer."""
    loader = jinja2.FileSystemLoader(HERE / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["store"] = store
    # Other people's data has no ontology of ours to link to.
    environment.globals["has_ontology"] = store.knows(f"{BASE}ont")
    environment.globals["downloads"] = downloads
    return environment


def state_of(request: Request) -> State:
    """Return the state of the app that received the request."""
    state: State = request.app.state.service
    return state


def root_of(request: Request) -> str:
    """Return the path under which a proxy publishes the service, "" when at the top."""
    return str(request.scope.get("root_path", ""))


def local_path(iri: str) -> str | None:
    """Return the path on this host where an IRI of ours is described, None for every other IRI."""
    rest = iri.removeprefix(BASE)
    if rest == iri:
        return None
    if rest.startswith("id/"):
        return "/doc/" + quote(rest.removeprefix("id/"))
    if iri.startswith(ONT):
        return "/doc/ont/" + quote(iri.removeprefix(ONT))
    if rest in _OWN_DOCUMENTS or rest.startswith(_OWN_PATHS):
        return "/" + quote(rest)
    return None
