"""Tables to take away, as responses."""

import re
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue.origin import origin
from aseancan_kg.library.sheets import WRITERS, Sheet
from aseancan_kg.mediatypes import Format
from aseancan_kg.web.kept import etag
from aseancan_kg.web.state import state_of


def file(request: Request, sheet: Sheet, chosen: Format) -> Response:
    """Return a table as a CSV file or a workbook that is named after its title.

    What it is about begins with the dataset and the address. Raises `NotAcceptable` for a table that is too large for
    a workbook.
    """
    about = (*state_of(request).derived.get(origin), ("Address", str(request.url)), *sheet.about)
    body = WRITERS[chosen](replace(sheet, about=about))
    name = re.sub("[^a-z0-9]+", "-", sheet.title.lower()).strip("-")[:60] or "table"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{chosen.name}"',
        "AC-Row-Count": str(len(sheet.rows)),
        "Cache-Control": "no-cache",
        "ETag": etag(body),
        "Vary": "Accept",
    }
    return Response(body, headers=headers, media_type=chosen.content_type)
