"""The files of the built dataset, as they are: only those that its manifest names."""

import base64
import hashlib
import json
import mimetypes
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from aseancan_kg.catalogue.distributions import Distribution, File, Terms
from aseancan_kg.errors import InputError, NotFound, Place
from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.namespaces import BASE
from aseancan_kg.web import conditions
from aseancan_kg.web.conditions import HEAD
from aseancan_kg.web.kept import etag
from aseancan_kg.web.ready_made import choosing_headers

MANIFEST, CHANGES = "manifest.json", "changes.json"
_SECURITY = "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Downloads:
    """The files of one built dataset, and the `names` that can be had; none where there is no manifest.

    `changes` are the steps between releases, as `build` writes them. Raises `InputError` for what another version of
    the program has built.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        self.names: frozenset[str] = frozenset()
        self.files: Sequence[File] = ()
        self.changes: Sequence[Mapping[str, Any]] = ()
        self._documents: dict[str, bytes] = {}
        if directory and (manifest := directory / MANIFEST).exists():
            try:
                told = json.loads(manifest.read_text(encoding="utf-8"))
                self.files = tuple(
                    File(each["name"], f"{BASE}downloads/{each['name']}", each["bytes"], each["sha256"])
                    for each in told["files"]
                )
                self.changes = json.loads((directory / CHANGES).read_text(encoding="utf-8"))
                self._documents = {name: (directory / name).read_bytes() for name in told["documents"]}
            except (OSError, ValueError, KeyError) as error:
                remedy = "Run `aseancan-kg build`; another version of the program may have built it."
                raise InputError("this is no built dataset of this version", Place(manifest), remedy=remedy) from error
            self.names = frozenset({MANIFEST, *(file.name for file in self.files)})

    def step_to(self, version: str) -> Mapping[str, Any] | None:
        """Return what the build wrote of the step that leads to a version; none leads to the first."""
        return next((step for step in self.changes if step["to"]["dataset"] == version), None)

    def response(self, name: str) -> Response:
        """Return the file of that name as a response; raises `NotFound`."""
        if name not in self.names:
            raise NotFound(f"there is no file {name!r}", remedy=f"The files are listed in /downloads/{MANIFEST}.")
        assert self.directory
        document = self._documents.get(name)
        if document is None:
            return Download(self.directory / name, media_type(name), {"Cache-Control": "no-cache"})
        headers = {"Content-Security-Policy": policy(document), "ETag": etag(document), "Cache-Control": "no-cache"}
        return Response(document, headers=headers, media_type=media_type(name))


class Download(FileResponse):
    """A file, or the parts of it that are asked for; it is not read for who wants its headers or holds it already."""

    def __init__(self, file: Path, media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(file, headers=headers, media_type=media_type, stat_result=os.stat(file))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or its head alone where the front would leave the body out.

        No range counts then, nor one in another unit than bytes (RFC 9110 §13.2.2, §14.2). Raises `HTTPException` for
        one that there is not.
        """
        headers = scope["headers"]
        only_head = HEAD in scope or conditions.status(choosing_headers(headers), self.raw_headers) != 200
        if only_head:
            scope = {**scope, "method": "HEAD"}
        if only_head or not Headers(scope=scope).get("range", "").lower().startswith("bytes="):
            scope = {**scope, "headers": [one for one in headers if one[0] != b"range"]}

        async def checked(message: Message) -> None:
            if message.get("status", 200) >= HTTPStatus.BAD_REQUEST:
                length = Headers(raw=message["headers"]).get("content-range")
                told = {"Content-Range": length} if length else None
                raise HTTPException(message["status"], "The Range header names no part of this file.", told)
            await send(message)

        await super().__call__(scope, receive, checked)


def media_type(name: str) -> str:
    """Return the media type of a file by its suffix."""
    guessed, coding = mimetypes.guess_type(name)
    if coding == "gzip":
        return "application/gzip"
    suffix = name.rpartition(".")[2]
    return next((one.media_type for one in GRAPH_FORMATS if one.name == suffix), guessed or "application/octet-stream")


def policy(document: bytes) -> str:
    """Return the policy of a document that brings its style with it and needs nothing else (CSP 3 §6.7.2)."""
    styles = set(re.findall(rb"<style>(.*?)</style>", document, re.DOTALL))
    hashes = sorted(base64.b64encode(hashlib.sha256(style).digest()).decode() for style in styles)
    return _SECURITY.format(" ".join(f"'sha256-{one}'" for one in hashes) or "'none'")


def rows(root: str, files: Sequence[File], found: Sequence[Distribution]) -> list[dict[str, Any]]:
    """Return name, address below `root`, size in bytes and SHA-256 of each file; of a distribution, also its terms."""
    terms = {each.file.name: each.terms for each in found}
    told = [(file, terms.get(file.name, Terms())) for file in files]
    return [
        {
            "name": file.name,
            "href": f"{root}/{file.url.removeprefix(BASE)}",
            "bytes": file.size,
            "sha256": file.sha256,
            "licence": held.licence,
            "rights": held.rights.value if held.rights else None,
        }
        for file, held in told
    ]


def attachment(name: str) -> str:
    """Value of a Content-Disposition header (RFC 6266) by which a browser saves a file under a name.

    Clients that cannot read the name as it is have it without accents, and "_" for what is left.
    """
    letters = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    plain = re.sub("[^A-Za-z0-9._-]", "_", letters)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
