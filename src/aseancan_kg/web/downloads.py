"""The files of the built dataset, as they are: only those that its manifest names."""

import json
from pathlib import Path

from starlette.responses import FileResponse, Response

from aseancan_kg.errors import NotFound

MANIFEST = "manifest.json"
_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""The documents bring their style with them and need nothing else."""


class Downloads:
    """The files of one built dataset; `names` are those that can be had, none where there is no manifest."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        self.names: frozenset[str] = frozenset()
        if directory and (manifest := directory / MANIFEST).exists():
            told = json.loads(manifest.read_text(encoding="utf-8"))
            graphs = (graph["file"] for graph in told["graphs"])
            self.names = frozenset({MANIFEST, told["dataset"], *graphs, *told["documents"]})

    def response(self, name: str) -> Response:
        """Return the file of that name as a response; raises `NotFound`."""
        if name not in self.names:
            raise NotFound(f"there is no file {name!r}", remedy=f"The files are listed in /downloads/{MANIFEST}.")
        assert self.directory
        return FileResponse(self.directory / name, headers={"Content-Security-Policy": _SECURITY})
