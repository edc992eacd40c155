"""The representation of an answer that a client asks for, or the list of those it could have."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.mediatypes import Format
from aseancan_kg.web.kept import keep
from aseancan_kg.web.signposting import Address, Link, header
from aseancan_kg.web.state import chosen_format, local_path, root_of


def representation(request: Request, offered: tuple[Format, ...], alternates: Sequence[Link] | None = None) -> Format:
    """Return the format that `format=` names, else the one that Accept prefers.

    Raises `NotAcceptable`, whose answer lists the alternates: those given, else this address with each format.
    """
    try:
        return chosen_format(request, offered, request.query_params.get("format"))
    except NotAcceptable:
        request.state.alternates = _alternates(request, offered) if alternates is None else alternates
        raise


def signposted(  # noqa: PLR0913
    request: Request,
    response: Response,
    address: Address,
    chosen: Format,
    links: Iterable[Link],
    *,
    named: bool,
    by_language: bool,
) -> Response:
    """Say of a representation where it is, what belongs to it, and by what it was chosen; have it kept.

    Nothing was negotiated when a suffix has `named` it, or `format=`; a page may still be `by_language`.
    """
    response.headers["Content-Location"] = address.location(chosen)
    response.headers["Link"] = header(links)
    negotiated = not named and not request.query_params.get("format")
    varying = [*(["Accept"] if negotiated else ()), *(["Accept-Language"] if by_language else ())]
    if varying:
        response.headers["Vary"] = ", ".join(varying)
    own = () if local_path(address.iri) else ("uri",)
    return keep(request, response, "page", *own, *(() if named else ("format",)))


def _alternates(request: Request, offered: tuple[Format, ...]) -> list[Link]:
    root = root_of(request)
    path = root + quote(request.scope["path"].removeprefix(root))
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "format"]
    return [Link(f"{path}?{urlencode([*asked, ('format', one.name)])}", "alternate", one.media_type) for one in offered]
