"""Whole responses of text in gzip (RFC 9110 §8.4) for clients that take it."""

import gzip
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LEAST = 1024
"""Bytes of a body below which nothing is gained."""
_LONG = 64 * 1024
"""Bytes of a body from which others would wait for its compression, were it not done in a thread."""
_PACKED = ("application/vnd.openxmlformats", "application/zip", "application/gzip", "image/png")
"""Media types that are compressed already."""


@lru_cache(64)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Tell whether a client that sent this Accept-Encoding header takes gzip (RFC 9110 §12.5.3)."""
    weights: dict[str, str] = {}
    for one in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, weight = one.replace(" ", "").replace("\t", "").partition(";q=")
        weights[coding] = weight
    weight = weights.get("gzip", weights.get("*", "0"))
    return not weight or weight.strip("0.") != ""


class Compression:
    """Compresses what the app inside answers; one that keeps responses must tell apart those who take gzip.

    A compressed response has a strong tag of its own. Whoever might get another is told by Vary. Answers that are
    streamed go out as they are, and so do files of which parts can be had.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        begun: Message | None = None

        async def forward(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message  # its headers depend on the body
                return
            if begun:
                start, begun = begun, None
                if _compressible(start, message):
                    start, message = await _varied(start, message, compressed=takes_gzip(asked))
                await send(start)
            await send(message)

        await self._app(scope, receive, forward)


def _compressible(start: Message, message: Message) -> bool:
    headers = Headers(raw=start["headers"])
    # Parts are counted in bytes as they are; and nobody packs a file to tell its headers alone.
    is_whole = not message.get("more_body") and "content-encoding" not in headers and "accept-ranges" not in headers
    return is_whole and len(message["body"]) >= _LEAST and not headers.get("content-type", "").startswith(_PACKED)


async def _varied(start: Message, message: Message, *, compressed: bool) -> tuple[Message, Message]:
    """Return a response that says that there is another for other clients, itself compressed or not."""
    headers = MutableHeaders(raw=list(start["headers"]))
    headers.add_vary_header("Accept-Encoding")
    if compressed:
        body = message["body"]
        body = await run_in_threadpool(_gzip, body) if len(body) >= _LONG else _gzip(body)
        message = {**message, "body": body}
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        if tag := headers.get("etag"):
            headers["ETag"] = f'{tag[:-1]}-gzip"'
    return {**start, "headers": headers.raw}, message


def _gzip(body: bytes) -> bytes:
    """Compress, without the time of day: the same body must be the same bytes again, since its tag is."""
    return gzip.compress(body, 6, mtime=0)
