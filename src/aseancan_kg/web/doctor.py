"""`/sparql/doctor`: why a query finds nothing."""

import json

from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.mediatypes import HTML, PLAIN_JSON, PLAIN_TEXT, negotiate
from aseancan_kg.store.doctor import Diagnosis
from aseancan_kg.web.answers import client_of, while_present
from aseancan_kg.web.pages import page
from aseancan_kg.web.sparql import read
from aseancan_kg.web.state import accept_of, state_of


async def doctor(request: Request) -> Response:
    """Answer a query, sent as to `/sparql`, with what keeps it from finding anything; as JSON, text or a page."""
    question, _ = await read(request)
    chosen = negotiate(accept_of(request), (PLAIN_JSON, PLAIN_TEXT, HTML))
    async with while_present(request):
        told = await state_of(request).engine.examine(question, client_of(request))
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if chosen is PLAIN_JSON:
        return Response(told, headers=headers, media_type=chosen.content_type)
    diagnosis = Diagnosis.of(json.loads(told))
    if chosen is PLAIN_TEXT:
        return Response(diagnosis.as_text(), headers=headers, media_type=chosen.content_type)
    return page(
        request, "doctor.html", diagnosis=diagnosis, query=question.text, graphs=request.state.graphs, headers=headers
    )
