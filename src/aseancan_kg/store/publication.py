"""A release put onto a SPARQL 1.1 server: loaded beside the current one, and switched to when it is whole.

Each graph goes by the Graph Store Protocol into a staging graph, `…/staging/{name}` beside `…/graph/{name}`. When all
are there with as many triples as the manifest says, one update request drops what the new release has no longer and
moves every staging graph to its place. What is interrupted before that leaves the current release as it was, and
staging graphs that the next publication removes. One publication at a time: two would mix their staging graphs.

A server whose default graph is not the union of its graphs gets the merge of the release into it, by the same request.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

import pyoxigraph as ox

from aseancan_kg.errors import Forbidden, InputError, InvalidData, NotFound, Place, StoreUnavailable
from aseancan_kg.mediatypes import JSON, N_TRIPLES
from aseancan_kg.namespaces import GRAPH, PREFIXES, STAGING
from aseancan_kg.store import Row

_MARKER = f"<{STAGING}> <{PREFIXES['dcterms']}identifier>"
_RIGHTS_TAKEN = f'<{STAGING}> <{PREFIXES["dcterms"]}accessRights> "taken"'
_TRIPLES_AT_ONCE = 50_000
_SECONDS = 600
_ATTEMPTS = 5
_PRIVATE_GRAPHS = "http://www.openlinksw.com/schemas/virtrdf#PrivateGraphs"
_REPEATABLE_READ = 4
_ALL_RIGHTS = 15


@dataclass(frozen=True, slots=True)
class Release:
    """A built release: its dataset file, its version, and the number of triples of each graph.

    It was built as the release of a `number`, `issued` on a day; see RELEASED in `settings` for whether it is that.
    """

    file: Path
    version: str
    graphs: dict[str, int]
    number: str
    issued: date

    @classmethod
    def read(cls, directory: Path) -> "Release":
        """Read a release as `build` writes it.

        Raises `InputError` when it cannot be read, `InvalidData` when the file is not the one its manifest names.
        """
        manifest = directory / "manifest.json"
        try:
            said = json.loads(manifest.read_text(encoding="utf-8"))
            file = directory / said["dataset"]
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            graphs = {each["iri"]: each["triples"] for each in said["graphs"]}
            issued = date.fromisoformat(said["issued"])
            release, expected = cls(file, said["version"], graphs, said["release"], issued), said["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"this is no release: {error}", Place(manifest), remedy="Run `aseancan-kg build`."
            ) from error
        if digest != expected:
            remedy = "Run `aseancan-kg build`."
            raise InvalidData(
                "the file is not the one its manifest names: its SHA-256 differs", Place(file), remedy=remedy
            )
        return release

    def parts(self) -> Iterator[tuple[str, list[ox.Triple]]]:
        """Yield the graphs in parts that requests can hold: (name, triples), all blank nodes of a graph in its last."""
        plain: dict[str, list[ox.Triple]] = defaultdict(list)
        blank: dict[str, list[ox.Triple]] = defaultdict(list)
        for quad in ox.parse(path=self.file, format=ox.RdfFormat.N_QUADS):
            # A blank node that two requests name is two blank nodes.
            has_blank = isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
            name = str(quad.graph_name.value) if isinstance(quad.graph_name, ox.NamedNode) else ""
            held = (blank if has_blank else plain)[name]
            held.append(quad.triple)
            if not has_blank and len(held) == _TRIPLES_AT_ONCE:
                yield name, plain.pop(name)
        for name in self.graphs:
            yield name, plain[name] + blank[name]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a server answers the public, and where it takes updates, graphs and the publisher's own questions."""

    public: str
    update: str
    graph_store: str
    private: str
    is_virtuoso: bool = False

    @classmethod
    def find(cls, to: str, user: str, password: str) -> "Endpoints":
        """Return the endpoints that `to` names: QUERY,UPDATE,GRAPH-STORE, or the base of a server with a known layout.

        Raises `NotFound` when no known layout answers there.
        """
        if "," in to:
            named = to.split(",")
            if len(named) != 3:
                raise InputError(f"{to!r} names {len(named)} endpoints", remedy="Give QUERY,UPDATE,GRAPH-STORE.")
            return cls(named[0], named[1], named[2], named[0])
        base = to.rstrip("/")
        virtuoso, auth = f"{base}/sparql", f"{base}/sparql-auth"
        known = (
            cls(f"{base}/query", f"{base}/update", f"{base}/store", f"{base}/query"),
            cls(virtuoso, auth, f"{base}/sparql-graph-crud-auth", auth, is_virtuoso=True),
        )
        http = _Http(user, password)
        for endpoints in known:
            try:
                http.rows(endpoints.public, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1")
            except NotFound:
                continue
            return endpoints
        remedy = "Give the endpoints: --to QUERY,UPDATE,GRAPH-STORE."
        raise NotFound(f"neither Oxigraph's nor Virtuoso's endpoints are at {base}", remedy=remedy)


def publish(release: Release, to: str, credentials: tuple[str, str], tell: Callable[[str], None]) -> None:
    """Load a release beside the current one of a server and switch to it; `tell` gets steps and cautions.

    `to` is as in `Endpoints.find`, `credentials` a user and a password. Raises `StoreUnavailable`, `Forbidden`, and
    `InvalidData` when the server does not hold what it was sent; the current release is untouched then.
    """
    _Publication(release, Endpoints.find(to, *credentials), _Http(*credentials), tell).run()


class _Publication:
    def __init__(self, release: Release, at: Endpoints, http: "_Http", tell: Callable[[str], None]) -> None:
        self._release = release
        self._at = at
        self._http = http
        self._tell = tell
        self._staged = {STAGING + name.removeprefix(GRAPH): name for name in release.graphs}

    def run(self) -> None:
        before = self._sizes()
        leftovers = [name for name in before if name.startswith(STAGING)]
        curtain = _Curtain(self._at, self._http, [STAGING, *self._staged]) if self._at.is_virtuoso else None
        if leftovers:
            self._tell(f"removing {len(leftovers)} graphs of an interrupted publication")
            self._update([f"DROP SILENT GRAPH <{name}>" for name in leftovers])
        self._put(STAGING, f'{_MARKER} "{self._release.version}" .'.encode(), "PUT")
        if curtain:
            curtain.close()
            if curtain.taken:
                self._put(STAGING, f"{_RIGHTS_TAKEN} .".encode(), "POST")
            if curtain.isolation < _REPEATABLE_READ:
                told = "a query that runs at the moment of the switch may see both releases: the server's virtuoso.ini"
                self._tell(f"caution: {told} does not say DefaultIsolation = {_REPEATABLE_READ} under [Parameters]")
        merged = f"SELECT ?v WHERE {{ {_MARKER} ?v }}"
        self._warn(merged, "the server merges all graphs and hides none: queries")
        self._warn(f"SELECT ?v WHERE {{ GRAPH ?g {{ {_MARKER} ?v }} }}", "queries over all named graphs (GRAPH ?g)")
        merges = bool(self._http.rows(self._at.private, merged))
        self._stage()
        self._verify({staged: self._release.graphs[name] for staged, name in self._staged.items()})
        self._tell(f"switching to version {self._release.version}")
        stale = [name for name in before if name.startswith(GRAPH) and name not in self._release.graphs]
        self._switch(stale, fill_default=not merges)
        self._verify(self._release.graphs)
        if curtain:
            curtain.open()
        self._update([f"DROP SILENT GRAPH <{STAGING}>"])

    def _warn(self, query: str, whose: str) -> None:
        """Tell who sees staged triples beside the current ones, if the public does by this query."""
        if self._http.rows(self._at.public, query):
            self._tell(f"caution: until the switch, {whose} see the triples of both releases")

    def _stage(self) -> None:
        names = {name: staged for staged, name in self._staged.items()}
        begun: set[str] = set()
        for name, triples in self._release.parts():
            self._tell(f"loading {name.removeprefix(GRAPH)}")
            body = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
            self._put(names[name], body, "POST" if name in begun else "PUT")
            begun.add(name)

    def _verify(self, expected: dict[str, int]) -> None:
        found = self._sizes()
        for name, triples in expected.items():
            if found.get(name, 0) != triples:
                told = f"the server holds {found.get(name, 0)} triples in <{name}> where {triples} were sent"
                raise InvalidData(told, Place(self._at.graph_store), remedy="Publish again.")

    def _switch(self, stale: list[str], *, fill_default: bool) -> None:
        ours = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPH}"))'
        steps = [f"DROP SILENT GRAPH <{name}>" for name in stale]
        steps += [f"MOVE <{staged}> TO <{name}>" for staged, name in self._staged.items()]
        if fill_default:
            # Triples of others in the default graph stay.
            steps.insert(0, f"DELETE {{ ?s ?p ?o }} WHERE {{ {ours} }}")
            steps.append(f"INSERT {{ ?s ?p ?o }} WHERE {{ {ours} }}")
        self._update(steps)

    def _sizes(self) -> dict[str, int]:
        counts = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        return {_text(row["g"]): int(_text(row["n"])) for row in self._http.rows(self._at.private, counts)}

    def _update(self, steps: list[str]) -> None:
        """Send an update as one request; again when Virtuoso has undone it because readers locked it out."""
        body = urlencode({"update": " ;\n".join(steps)}).encode()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._http.send("POST", self._at.update, body, "application/x-www-form-urlencoded")
            except StoreUnavailable as error:
                if "deadlock" not in str(error) or attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _put(self, name: str, triples: bytes, method: str) -> None:
        address = f"{self._at.graph_store}?{urlencode({'graph': name}, quote_via=quote)}"
        self._http.send(method, address, triples, N_TRIPLES.media_type)


class _Curtain:
    """Hides the staging graphs from the public of Virtuoso, which would merge them into every query otherwise.

    Virtuoso hides members of a group of private graphs from users without rights on those. Unless its operator has
    taken these rights from the public, that is done for as long as a publication takes: its query planner errs more
    with them taken. A triple in the staging graph remembers it, should the publication be interrupted.
    """

    def __init__(self, at: Endpoints, http: "_Http", names: list[str]) -> None:
        self._at = at
        self._http = http
        self._names = names
        self.taken = bool(http.rows(at.private, f"SELECT ?g WHERE {{ GRAPH ?g {{ {_RIGHTS_TAKEN} }} }}"))

    @property
    def isolation(self) -> int:
        """Isolation level of the server's readers; Virtuoso's own default is 2, read committed."""
        found = self._call("bif:cfg_item_value(bif:virtuoso_ini_path(), 'Parameters', 'DefaultIsolation')")
        return int(_text(found["done"]) or 2) if found else 2

    def close(self) -> None:
        """Make the staging graphs private."""
        self._call(f"sql:RDF_GRAPH_GROUP_CREATE('{_PRIVATE_GRAPHS}', 1)")
        for name in self._names:
            self._call(f"sql:RDF_GRAPH_GROUP_INS('{_PRIVATE_GRAPHS}', '{name}')")
        if self._http.rows(self._at.public, f"SELECT ?v WHERE {{ {_MARKER} ?v }}"):
            self.taken = True
            self._call("sql:RDF_DEFAULT_USER_PERMS_SET('nobody', 0, 1)")

    def open(self) -> None:
        """Leave the group as it was, and the public its rights."""
        for name in self._names:
            self._call(f"sql:RDF_GRAPH_GROUP_DEL('{_PRIVATE_GRAPHS}', '{name}')")
        if self.taken:
            self._call(f"sql:RDF_DEFAULT_USER_PERMS_SET('nobody', {_ALL_RIGHTS}, 1)")

    def _call(self, function: str) -> Row:
        (row,) = self._http.rows(self._at.private, f"SELECT ({function} AS ?done) WHERE {{ ?s ?p ?o }} LIMIT 1")
        return row


class _Digest(HTTPDigestAuthHandler):
    """Digest authentication that answers a server's first challenge with every later request.

    A server may close the connection rather than read the body of a request that it challenges.
    """

    _challenge: dict[str, str] | None = None

    def retry_http_digest_auth(self, req: Request, auth: str) -> HTTPResponse | None:
        self._challenge = parse_keqv_list(parse_http_list(auth.partition(" ")[2]))
        return super().retry_http_digest_auth(req, auth)

    def http_request(self, req: Request) -> Request:
        if self._challenge and not req.has_header(self.auth_header):
            answer = self.get_authorization(req, self._challenge)
            req.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return req

    https_request = http_request


class _Http:
    """Requests with a user's name and password, given by whichever method the server asks for them."""

    def __init__(self, user: str, password: str) -> None:
        passwords = HTTPPasswordMgrWithDefaultRealm()
        self._passwords, self._user, self._password = passwords, user, password
        self._opener = build_opener(*([HTTPBasicAuthHandler(passwords), _Digest(passwords)] if user else []))

    def send(self, method: str, url: str, body: bytes, media_type: str, accept: str = "*/*") -> bytes:
        """Return the body of the answer; raises `Forbidden`, `NotFound`, `StoreUnavailable`, `InputError`."""
        self._passwords.add_password(None, url, self._user, self._password)
        try:
            request = Request(url, body, {"Content-Type": media_type, "Accept": accept}, method=method)
            with self._opener.open(request, timeout=_SECONDS) as response:
                answer: bytes = response.read()
                return answer
        except HTTPError as error:
            with error:
                told = error.read(2000).decode(errors="replace").strip()
            if error.code in (401, 403):
                remedy = "Set AC_PUBLISH_USER and AC_PUBLISH_PASSWORD."
                raise Forbidden(f"the server refuses {method} at {url}", remedy=remedy) from error
            if error.code == 404:
                raise NotFound(f"there is nothing at {url}") from error
            raise StoreUnavailable(f"{error.code} {told or error.reason}", Place(url)) from error
        except (OSError, HTTPException) as error:
            raise StoreUnavailable(str(error), Place(url), remedy="Check that the server is running.") from error
        except ValueError as error:
            raise InputError(f"{url!r} is no address of a server: {error}") from error

    def rows(self, url: str, text: str) -> list[Row]:
        """Return the solutions of a SELECT query; raises as `send` does."""
        body = urlencode({"query": text}).encode()
        answer = self.send("POST", url, body, "application/x-www-form-urlencoded", JSON.media_type)
        try:
            results: Any = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
            names = [variable.value for variable in results.variables]
            return [{n: term for n, term in zip(names, row, strict=True) if term is not None} for row in results]
        except SyntaxError as error:
            raise StoreUnavailable(f"this is no answer to a query: {error}", Place(url)) from error


def _text(term: object) -> str:
    assert isinstance(term, ox.NamedNode | ox.Literal)
    return term.value
