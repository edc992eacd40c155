"""`/oai`: catalogue records for harvesters, by OAI-PMH 2.0."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import InputError
from aseancan_kg.library.harvesting.oai_pmh import Answer, Code, Refused, refusal, respond
from aseancan_kg.library.harvesting.repository import Repository
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.bodies import FORM, body, form
from aseancan_kg.web.kept import Key
from aseancan_kg.web.state import address_of, state_of

CONTENT_TYPE = "text/xml; charset=UTF-8"
"""What the protocol has every response be (§3.1.2), errors of its own among them, which are 200."""


@dataclass(frozen=True, slots=True)
class _Repository:
    """Makes what harvesters are offered."""

    since: datetime

    def __call__(self, store: Dataset) -> Repository:
        return Repository(store, self.since)


async def oai(request: Request) -> Response:
    """Answer `/oai`: arguments in the address, or posted as a form."""
    try:
        given = form(await _form(request))
    except InputError as error:
        refused = Refused(Code.BAD_ARGUMENT, str(error))
        return _response(refusal(refused, {}, _base_url(request)))
    return _response(await run_in_threadpool(_answer, request, given))


async def _form(request: Request) -> str:
    if request.method == "GET":
        return request.url.query
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415, f"Arguments are posted as {FORM}.", headers={"Accept-Post": FORM})
    return await body(request)


def _answer(request: Request, given: list[tuple[str, str]]) -> Answer:
    """Answer a request, from what is kept if it was met before: a page of records is half a second's work."""
    state, base_url = state_of(request), _base_url(request)
    key: Key = ("oai", state.store.sighting, base_url, *sorted(given))
    kept = state.kept.get(key)
    if isinstance(kept, Answer):
        return kept
    repository = state.derived.get(_Repository(state.since))
    found = respond(repository, given, base_url, state.settings.admin_email)
    if found.met:
        state.kept.put(key, found, len(found.body))
    return found


def _base_url(request: Request) -> str:
    return f"{address_of(request)}/oai"


def _response(answer: Answer) -> Response:
    # Not kept by the front and without a tag: each response tells when it was sent, and harvesters go by that.
    return Response(answer.dated(datetime.now(UTC)), headers={"Cache-Control": "no-cache"}, media_type=CONTENT_TYPE)
