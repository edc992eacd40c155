"""What an identifier means that nobody minted: another spelling, an acronym, a name, a number."""

import difflib
import re
import unicodedata
from collections import defaultdict
from urllib.parse import quote

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of, natural, text_of
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset

_NAMES = [
    ox.NamedNode(name)
    for name in (
        f"{PREFIXES['skos']}prefLabel",
        f"{PREFIXES['rdfs']}label",
        f"{PREFIXES['skos']}altLabel",
        f"{PREFIXES['skos']}notation",
        f"{ONT}acronym",
    )
]
_MOST_NEAR = 3


class Identifiers:
    """The names of everything in a dataset that has an identifier of ours.

    A path is what follows the base IRI, without `id/`: `instrument/actip-2015`, `ont/Action`, `scheme/pillar/economic`.
    """

    def __init__(self, store: Dataset) -> None:
        self._by_path: defaultdict[str, set[str]] = defaultdict(set)
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        for quad in store.quads(predicates=_NAMES):
            iri = iri_of(quad.subject)
            if iri.startswith(BASE) and ("#" not in iri or iri.startswith(ONT)):
                self._by_path[path_of(iri).casefold()].add(iri)
                self._by_name[_name(text_of(quad.object))].add(iri)

    def find(self, path: str) -> list[str]:
        """Return the IRIs that a path may mean: those it spells in another way, else those it names.

        `instrument/ACTIP` names by acronym within a kind, `ACTIP` in all kinds, `action/1.2.6` by number.
        """
        path = tidy(path)
        found = self._by_path.get(path.casefold())
        if not found:
            kind, _, name = path.rpartition("/")
            named = self._by_name.get(_name(name), ()) if _name(name) else ()
            found = {iri for iri in named if not kind or path_of(iri).split("/")[-2] == kind.casefold()}
        return sorted(found, key=natural)

    def meant(self, iri: str) -> list[str]:
        """Return what an IRI of ours may mean that nobody minted; asked for as a thing, it is no term or code."""
        return [one for one in self.find(path_of(iri)) if one.startswith(ID) or not iri.startswith(ID)]

    def near(self, path: str) -> list[str]:
        """Return the paths of the same kind that are spelt most like a path."""
        kind, _, name = tidy(path).casefold().rpartition("/")
        among = (one.rpartition("/") for one in self._by_path)
        names = [last for first, _, last in among if first == kind]
        found = difflib.get_close_matches(name, names, n=_MOST_NEAR, cutoff=0.75)
        return [f"{kind}/{one}" for one in found] if kind else found


def path_of(iri: str) -> str:
    """Return the path of an IRI of ours: what is behind the base IRI, and `id/`."""
    if iri.startswith(ID):
        return iri.removeprefix(ID)
    return iri.removeprefix(BASE).replace("#", "/")


def tidy(path: str) -> str:
    """Return a path in Unicode's composed form (NFC), with single slashes between its parts and none at its ends."""
    return re.sub("/+", "/", unicodedata.normalize("NFC", path)).strip("/")


def is_canonical(path: str, raw: str) -> bool:
    """Tell whether a path was sent as we write it; `raw` is what was sent, before percent signs were decoded.

    Where the two can differ in more than needless percent signs nothing is held against it: a proxy on the way may have
    its own view of which characters need them, and a redirect would come back the same.
    """
    written = quote(path)
    return path == tidy(path) and ("%" in written or raw.endswith(written))


def foreign_concepts(store: Dataset) -> frozenset[str]:
    """Return the concepts of others that the dataset describes, such as the Sustainable Development Goals."""
    found = {iri_of(quad.subject) for quad in store.quads(predicates=[ox.NamedNode(f"{PREFIXES['skos']}inScheme")])}
    return frozenset(iri for iri in found if iri and not iri.startswith(BASE))


def known_form(store: Dataset, iri: str) -> str | None:
    """Return an IRI as the dataset writes it, None for one it says nothing of.

    People mistake http for https, and add or leave out a last slash.
    """
    scheme, colon, rest = iri.partition(":")
    schemes = [scheme, *({"http": ["https"], "https": ["http"]}.get(scheme, []))]
    for one in (f"{each}{colon}{end}" for each in schemes for end in (rest, rest.rstrip("/"), f"{rest}/")):
        if _mentioned(store, one):
            return one
    return None


def _mentioned(store: Dataset, iri: str) -> bool:
    """Tell whether the dataset says anything of an IRI, or with it."""
    try:
        return store.knows(iri) or bool(store.quads(objects=[ox.NamedNode(iri)]))
    except ValueError:
        return False


def _name(text: str) -> str:
    """Return a name as an identifier would spell it: no case, no accents, hyphens between words."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"[^\w.]+", "-", plain.casefold()).strip("-")
