"""The body of a request: read as far as one may be long, and as a form."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from aseancan_kg.errors import InputError, TooLong
from aseancan_kg.web.state import state_of

FORM = "application/x-www-form-urlencoded"


async def body(request: Request, most_kb: int | None = None) -> str:
    """Return the text of the body, as long as a query may be unless told; raises `TooLong`.

    Raises `InputError` when it is not UTF-8.
    """
    limit = (most_kb or state_of(request).settings.query_kb) * 1024
    read = b""
    async for piece in request.stream():
        read += piece
        if len(read) > limit:
            remedy = f"{limit // 1024} KB are accepted. Name values by a property they share, or ask in parts."
            raise TooLong("the request's body is too long", remedy=remedy)
    try:
        return read.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("the body is not UTF-8", remedy="Encode it as UTF-8.") from error


def form(text: str) -> list[tuple[str, str]]:
    """Return the fields of a form as a URL or a body carries it; raises `InputError`."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise InputError(f"the form cannot be read: {error}", remedy="Encode it as UTF-8, percent-encoded.") from error
