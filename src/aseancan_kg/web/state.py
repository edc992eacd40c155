"""What every door shares: the store, the engine that answers clients, the query catalogue, the templates."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import jinja2
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.types import Scope

from aseancan_kg import mediatypes
from aseancan_kg.archive import Preserved, Release
from aseancan_kg.catalogue.releases import versions
from aseancan_kg.deposits import Deposits
from aseancan_kg.edits import differing
from aseancan_kg.error_reports import ErrorReports
from aseancan_kg.errors import InputError
from aseancan_kg.library.citing.citations import as_sentence, metadata
from aseancan_kg.library.citing.references import citable
from aseancan_kg.mediatypes import Format
from aseancan_kg.namespaces import BASE, ONT, PREFIXES, document_iri
from aseancan_kg.queries import Query, catalogue
from aseancan_kg.settings import Settings
from aseancan_kg.store import Engine
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe, pointing
from aseancan_kg.store.releases import HELD, Releases
from aseancan_kg.web.assets import assets
from aseancan_kg.web.downloads import Downloads
from aseancan_kg.web.kept import Kept

if TYPE_CHECKING:
    from aseancan_kg.desk.journal import Entry

HERE = Path(__file__).parent
FOREVER = "public, max-age=31536000, immutable"
"""How long may be kept what never changes."""
OF_SCOPE = "aseancan_kg.state"
"""What is served to a request, in its scope."""
_DATASET = f"{BASE}dataset"
_LICENCE = f"{PREFIXES['dcterms']}license"
_PLAN = f"{ONT}Plan"


class _Compiled(jinja2.BytecodeCache):
    """Templates as they were compiled, for every state of this process."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self._codes.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._codes[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()
Made = TypeVar("Made")


class Derived:
    """What is made of a dataset once and asked of often: an index, a list of names.

    Kept for one version of the dataset, until another is sighted.
    """

    def __init__(self, store: Dataset) -> None:
        self._store = store
        self._held: dict[object, tuple[str, Any]] = {}
        self._locks: defaultdict[object, Lock] = defaultdict(Lock)

    def get(self, make: Callable[[Dataset], Made]) -> Made:
        """Return what `make` makes of the dataset; whoever asks while it is being made waits for it, in a thread."""
        sighting = self._store.sighting
        with self._locks[make]:
            held = self._held.get(make)
            if held is None or held[0] != sighting:
                held = self._held[make] = sighting, make(self._store)
        made: Made = held[1]
        return made

    def clear(self) -> None:
        """Give up what is held; files that were made for it go with it."""
        self._held.clear()


class Visits:
    """Number of requests that are being answered."""

    count = 0


@dataclass(frozen=True, eq=False)
class State:
    """One dataset as it is served: the store for our own look-ups, the engine for the queries of clients.

    Nothing in it changes while it is served; a newer dataset is another `State`. What is kept of its answers is
    given up with it.
    """

    store: Dataset
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    downloads: Downloads = field(default_factory=Downloads)
    archive: Sequence[Preserved] = ()
    journal: "Sequence[Entry]" = ()
    """Entries of the journal that the dataset contains, all from the first on."""
    queries: Mapping[str, Query] = field(default_factory=catalogue)
    visits: Visits = field(default_factory=Visits)
    given_up: Event = field(default_factory=Event)
    """Set when it is served no more."""
    prepared: Event = field(default_factory=Event)
    """Set when nothing is made of it any more that nobody has asked for."""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was made: no document has changed since, while those of an earlier dataset may differ from it."""

    @cached_property
    def kept(self) -> Kept:
        """Answers and responses that are kept."""
        return Kept(self.settings.cache_mb * 1024 * 1024)

    @cached_property
    def chosen(self) -> Kept:
        """By address, which headers choose which of the kept responses, by its tag."""
        return Kept(self.settings.cache_mb * 1024 * 1024 // 4)

    @cached_property
    def derived(self) -> Derived:
        """What is made of the dataset once."""
        return Derived(self.store)

    def derived_of(self, store: Dataset) -> Derived:
        """Return what is made once of a dataset: of this one, or of a past release."""
        return self.derived if store is self.store else self._derived_of_past(store)

    @cached_property
    def _derived_of_past(self) -> Callable[[Dataset], Derived]:
        return lru_cache(HELD)(Derived)

    @cached_property
    def batches(self) -> CapacityLimiter:
        """Threads in which batches of names are matched; these take long, and must not take all threads there are."""
        return CapacityLimiter(2)

    @cached_property
    def deposits(self) -> Deposits:
        """What readers have deposited."""
        limits = self.settings
        file = Path(limits.state) / "deposits.sqlite"
        return Deposits(file, limits.deposits_mb, limits.deposit_mb_per_client)

    @cached_property
    def error_reports(self) -> ErrorReports:
        """What readers have reported."""
        return ErrorReports.of(self.settings)

    @cached_property
    def releases(self) -> Releases:
        """Past releases that are kept beside the one that is served."""
        return Releases(self.archive, self.settings)

    def available(self) -> list[Release]:
        """Return the releases, and versions made of them, that can be had here, the newest first."""
        told = self.derived.get(versions)
        return [one for one in told if self.has(one.dataset)]

    def has(self, version: str) -> bool:
        """Tell whether the dataset of that version can be had here."""
        return version == self.store.version or self.releases.has(version)

    @cached_property
    def templates(self) -> jinja2.Environment:
        """Templates of the pages."""
        return templates(self.store, self.downloads.names)


def templates(store: Dataset, downloads: frozenset[str]) -> jinja2.Environment:
    """Return the page templates; everything put into them is escaped. `downloads` are names of files on offer."""
    loader = jinja2.FileSystemLoader(HERE / "templates")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    environment.globals["store"] = store
    # Other people's data has no ontology of ours to link to.
    environment.globals["has_ontology"] = store.knows(f"{BASE}ont")
    environment.globals["has_description"] = store.knows(_DATASET)
    environment.globals["licence"] = describe(store, [_DATASET], [_LICENCE]).iri(_DATASET, _LICENCE)
    environment.globals["has_plan"] = bool(pointing(store, f"{PREFIXES['rdf']}type", [_PLAN]))
    environment.globals["downloads"] = downloads
    environment.globals |= {"sentence": as_sentence, "metadata": metadata, "citable": citable, "differing": differing}
    # A checkout that was never installed has no bundle; the plain form serves without it.
    environment.globals["has_workbench"] = "workbench.js" in assets().files
    environment.globals["static"] = f"/static/{assets().digest}"
    return environment


def state_in(scope: Scope) -> State:
    """Return what is served: to a reader for the whole of a request as it was when it came, at the desk now."""
    state: State = scope.get(OF_SCOPE) or scope["app"].state.service
    return state


def state_of(request: Request) -> State:
    """Return what is served, for the whole of a request as it was when it came."""
    return state_in(request.scope)


def log_of(scope: Scope) -> dict[str, Any]:
    """Return what is logged of a request, to be added to."""
    entry: dict[str, Any] = scope.setdefault("aseancan_kg.log", {})
    return entry


def accept_of(request: Request) -> str | None:
    """Return what a client accepts, from all its Accept headers."""
    return ", ".join(request.headers.getlist("accept")) or None


def chosen_format(request: Request, offered: tuple[Format, ...], wanted: str | None) -> Format:
    """Return the offered format that is `wanted` by name, else what Accept prefers; raises `NotAcceptable`."""
    return mediatypes.named(wanted, offered) if wanted else mediatypes.negotiate(accept_of(request), offered)


def page_number(request: Request) -> int:
    """Return which page of a list a request wants, from 1; raises `InputError`."""
    number = request.query_params.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", number):
        raise InputError(f"{number!r} is no page number", remedy="Pages are counted from 1.")
    return int(number)


def root_of(request: Request) -> str:
    """Return the path under which a proxy publishes the service, "" when at the top."""
    return str(request.scope.get("root_path", ""))


def address_of(request: Request) -> str:
    """Return where the service is, as the request came to it, for what needs whole addresses: sitemaps, harvesters."""
    return f"{request.url.scheme}://{request.url.netloc}{root_of(request)}"


def locally(request: Request, path: str) -> str:
    """Return a path below the service's as an address on this host, with what the request asks of it."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{root_of(request)}{path}{query}"


def local_path(iri: str) -> str | None:
    """Return the path on this host where an IRI of ours is described, None for every other IRI."""
    document = document_iri(iri)
    if document is None:
        return None
    _, hash_, part = iri.removeprefix(ONT).partition("#")
    return "/" + quote(document.removeprefix(BASE)) + hash_ + quote(part)
