"""`/q`: answers that can be cited. A deposited query has a short address that tells whether it is still answered so."""

import json
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import deposits, syntax
from aseancan_kg.deposits import Change, Deposit
from aseancan_kg.errors import Error, InputError, TooLong
from aseancan_kg.library.citing.citations import WRITERS, Citation
from aseancan_kg.library.citing.references import of_answer
from aseancan_kg.mediatypes import HTML, JSON, PLAIN_JSON, TURTLE, named, negotiate
from aseancan_kg.namespaces import BASE
from aseancan_kg.store import Engine, Question
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.answers import Table, client_of, query_string, results, while_present
from aseancan_kg.web.pages import page
from aseancan_kg.web.sparql import read
from aseancan_kg.web.state import accept_of, root_of, state_of

_MOST_LINES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Rerun:
    """How a deposited query is answered by a dataset: what has changed, or why it was not answered."""

    version: str
    change: Change | None = None
    failure: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return members of a JSON object."""
        if self.change is None:
            return {"datasetVersion": self.version, "failure": self.failure}
        change = self.change
        return {
            "datasetVersion": self.version,
            "same": change.same,
            "added": list(change.added),
            "removed": list(change.removed),
        }


@dataclass(frozen=True, slots=True)
class _Answered:
    """The lines of a whole answer, the number of rows of a SELECT, and the version of the dataset that gave it."""

    lines: tuple[str, ...]
    rows: int | None
    version: str


async def deposit(request: Request) -> Response:
    """Answer `POST /q`: ask the query, keep its answer, and tell its address; 201, or 303 for a browser's form."""
    question, _ = await read(request)
    state = state_of(request)
    if question.volatile:
        raise InputError("the query answers differently each time", remedy="Leave NOW, RAND, UUID and BNODE out.")
    answered = await _ask(request, state.engine, question, state.store.version)
    made = deposits.make(question, answered.version, answered.lines, answered.rows)
    kept = await run_in_threadpool(state.deposits.put, made, client_of(request))
    location = f"{root_of(request)}/q/{kept.id}"
    if negotiate(accept_of(request) or "*/*", (PLAIN_JSON, HTML)) is HTML:
        return Response(status_code=303, headers={"Location": location})
    body = json.dumps(_record(kept), ensure_ascii=False)
    return Response(body, 201, {"Location": location}, media_type="application/json")


async def show(request: Request) -> Response:
    """Answer `/q/{id}` with the query, its answer then and now.

    `.bib`, `.ris` and `.csl` cite it; `.csv`, `.json` and so on, of a graph `.ttl` and so on, are the answer then.
    """
    identity, _, suffix = request.path_params["name"].partition(".")
    state = state_of(request)
    found = await run_in_threadpool(state.deposits.get, identity)
    question = syntax.question(found.query, found.default_graphs, found.named_graphs)
    if suffix:
        return await run_in_threadpool(_file, state.store, found, question.form, suffix)
    version = state.store.version
    runs = [await _rerun(found, _ask(request, state.engine, question, version), version)]
    if found.version != runs[0].version and state.releases.has(found.version):
        engine = await state.releases.engine(found.version)
        runs.append(await _rerun(found, _ask(request, engine, question, found.version), found.version))
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Link": f'<{_address(found)}>; rel="cite-as"'}
    if negotiate(accept_of(request), (HTML, PLAIN_JSON)) is HTML:
        return page(
            request,
            "deposit.html",
            deposit=found,
            results=await run_in_threadpool(_table, found, question.form),
            runs=runs,
            most=_MOST_LINES_SHOWN,
            link=query_string(question),
            cited=await run_in_threadpool(citation, state.store, found),
            headers=headers,
        )
    body = json.dumps(_record(found) | {"reruns": [run.as_json() for run in runs]}, ensure_ascii=False, indent=1)
    return Response(body, headers=headers, media_type="application/json")


def _file(store: Dataset, found: Deposit, form: str, suffix: str) -> Response:
    chosen = named(suffix, (*WRITERS, *deposits.formats(form)))
    writer = WRITERS.get(chosen)
    body = writer(citation(store, found)) if writer else deposits.written(found, chosen)
    return Response(body, media_type=chosen.content_type)


def _table(found: Deposit, form: str) -> Table:
    """Return the deposited answer as a page shows it."""
    if TURTLE in deposits.formats(form):
        return Table(turtle=deposits.written(found, TURTLE).decode())
    return results(deposits.written(found, JSON))


def citation(store: Dataset, found: Deposit) -> Citation:
    """Return how a deposited answer is cited: with the dataset that gave it, of the day it was deposited."""
    rows = "" if found.rows is None else f", {found.rows:,} row{'s' if found.rows != 1 else ''}"
    return replace(
        of_answer(store, _address(found), f"Answer to a query{rows}", found.version),
        key=f"aseancan-{found.id}",
        issued=found.deposited.date().isoformat(),
        note=f"SHA-256 of the answer: {found.sha256}",
    )


async def _ask(request: Request, engine: Engine, question: Question, version: str) -> _Answered:
    """Ask a dataset, of this version unless the answer tells of another.

    Raises as `Engine.answer` does, and `TooLong` for an answer that is streamed.
    """
    written_as = deposits.answer_format(question.form)
    async with while_present(request):
        answer = await engine.answer(question, written_as, client_of(request), dated=True)
    if answer.rest:
        await answer.rest.aclose()
        limit = state_of(request).settings.buffer_kb
        raise TooLong(f"the answer has more than {limit:,} KB", remedy="Ask for less: name the columns, add LIMIT.")
    return _Answered(deposits.lines(answer.first, question), answer.rows, answer.version or version)


async def _rerun(found: Deposit, asking: Awaitable[_Answered], version: str) -> Rerun:
    """Compare what is answered with what was deposited; `version` is named where nothing is answered."""
    try:
        answered = await asking
    except Error as error:
        return Rerun(version, failure=str(error))
    return Rerun(answered.version, change=deposits.compare(found.answer, answered.lines))


def _address(found: Deposit) -> str:
    return f"{BASE}q/{found.id}"


def _record(found: Deposit) -> dict[str, Any]:
    return {
        "id": found.id,
        "address": _address(found),
        "query": found.query,
        "defaultGraphs": found.default_graphs,
        "namedGraphs": found.named_graphs,
        "datasetVersion": found.version,
        "deposited": found.deposited.isoformat(),
        "rows": found.rows,
        "sha256": found.sha256,
    }
