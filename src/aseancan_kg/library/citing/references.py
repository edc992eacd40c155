"""What is cited of the things a dataset describes: of instruments they and their parts, of all else what it holds."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import quote

from aseancan_kg.library.citing.citations import DATASET, PART, REPORT, TREATY, Citation
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe

_DATASET = f"{BASE}dataset"
_PART = re.compile(r"(.+?)/((?:action|section)/.+|preamble)")
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_INSTRUMENTS = frozenset(ONT + name for name in ("Instrument", "Plan", "LegalInstrument"))
_PLAN, _LEGAL = f"{ONT}Plan", f"{ONT}LegalInstrument"
_ADOPTED, _ADOPTED_BY, _PARTY, _KIND = (ONT + name for name in ("adoptedOn", "adoptedBy", "party", "kind"))
_TITLE, _ISSUED, _CREATOR, _IDENTIFIER = (
    PREFIXES["dcterms"] + name for name in ("title", "issued", "creator", "identifier")
)
_VERSION, _VERSIONS, _CURRENT = (PREFIXES["dcat"] + name for name in ("version", "hasVersion", "hasCurrentVersion"))
_PUBLISHER, _QUOTED_FROM = f"{PREFIXES['dc']}publisher", f"{PREFIXES['prov']}wasQuotedFrom"

_TYPE, _SUBJECT, _PREDICATE = (PREFIXES["rdf"] + name for name in ("type", "subject", "predicate"))
_NAMING = (_SUBJECT, _PREDICATE, _PARTY, _ADOPTED_BY, _KIND)
_OF_DATASETS = (_TITLE, _ISSUED, _CREATOR, _IDENTIFIER, _VERSION, _VERSIONS, _CURRENT)
_READ = (_TYPE, _ADOPTED, _QUOTED_FROM, *_OF_DATASETS, *_NAMING)


def citable(iri: str) -> bool:
    """Tell whether a page is the dataset's own work: of a thing or a term of ours, but no source it rests on."""
    return iri.startswith(BASE) and not iri.startswith(f"{ID}source/")


def references(store: Dataset, iris: Collection[str]) -> dict[str, Citation]:
    """Return how each thing is cited, with the version of the dataset that describes it.

    An instrument is of the day it was adopted; a treaty is by who adopted it, any other by its parties, where they are
    known. Everything else is by whom the dataset is by. A statement node goes by what it is about, the dataset by the
    address of its release, which stays as it was, and a past release by its own version and day. What the data does not
    tell is left out.
    """
    works = {iri: match[1] if (match := _PART.fullmatch(iri)) else iri for iri in iris}
    said = describe(store, [*works, *works.values(), _DATASET], _READ)
    editions = {name for iri in iris for name in said.iris(iri, _QUOTED_FROM)}
    publishers = describe(store, editions, [_PUBLISHER])
    named = {of for iri in said.things for by in _NAMING for of in said.iris(iri, by)}
    labels = store.labels({*works, *works.values(), *said.iris(_DATASET, _CREATOR), *named})
    found = {iri: label.value for iri, label in labels.items()}
    reader = _Reader(said, found, _dataset(store, said, found))
    return {
        iri: replace(
            reader.cited(iri, work),
            publisher=", ".join(
                name for edition in said.iris(iri, _QUOTED_FROM) for name in publishers.texts(edition, _PUBLISHER)
            ),
        )
        for iri, work in works.items()
    }


def of_answer(store: Dataset, url: str, title: str, version: str) -> Citation:
    """Return how an answer is cited that a version of the dataset has given at an address."""
    release = _DATASET if version == store.version else f"{BASE}r/{quote(version)}"
    said = describe(store, [_DATASET, release], _READ)
    labels = store.labels(said.iris(_DATASET, _CREATOR))
    dataset = _dataset(store, said, {iri: label.value for iri, label in labels.items()})
    version = _numbered(said.text(release, _VERSION), version)
    return replace(dataset, key=_key(url), title=title, url=url, source=dataset.title, version=version)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes citations of what is said of things and of the dataset itself."""

    said: Descriptions
    labels: dict[str, str]
    dataset: Citation

    def cited(self, iri: str, work: str) -> Citation:
        """Return how a thing is cited, which is a part of a work, or one itself."""
        types = set(self.said.iris(work, _TYPE))
        if iri != work and _PLAN in types:
            part = ", ".join(re.findall("[^/]+(?:/[^/]+)?", iri.removeprefix(f"{work}/"))).replace("/", " ")
            whole = self._instrument(work, types)
            title = part[0].upper() + part[1:]
            return replace(whole, key=_key(iri), form=PART, title=title, container=whole.title, url=iri, genre="")
        if types & _INSTRUMENTS and iri == work:
            return self._instrument(iri, types)
        if iri == _DATASET:
            return replace(self.dataset, title=self._label(iri))
        if iri in self.said.iris(_DATASET, _VERSIONS):
            issued, number = self.said.text(iri, _ISSUED), self.said.text(iri, _VERSION)
            version = _numbered(number, self.said.text(iri, _IDENTIFIER))
            return replace(self.dataset, key=_key(iri), url=iri, issued=_date(issued), version=version)
        about, name = self.said.iri(iri, _SUBJECT), self.said.iri(iri, _PREDICATE)
        title = f"{self._label(about)}: {self._label(name)}" if about and name else self._label(iri)
        return replace(self.dataset, key=_key(iri), title=title, url=iri, source=self.dataset.title)

    def _instrument(self, iri: str, types: Collection[str]) -> Citation:
        is_treaty = _LEGAL in types
        parties = [] if is_treaty else self.said.iris(iri, _PARTY)
        return Citation(
            key=_key(iri),
            form=TREATY if is_treaty else REPORT,
            title=self._label(iri),
            url=iri,
            authors=tuple(sorted(map(self._label, parties or self.said.iris(iri, _ADOPTED_BY)))),
            issued=_date(self.said.text(iri, _ADOPTED)),
            genre=", ".join(map(self._label, self.said.iris(iri, _KIND))),
            source=self.dataset.title,
            version=self.dataset.version,
        )

    def _label(self, of: str) -> str:
        return self.labels.get(of) or of.removeprefix(BASE)


def _dataset(store: Dataset, said: Descriptions, labels: dict[str, str]) -> Citation:
    """Return how the dataset is cited; without a title where it says nothing of itself."""
    return Citation(
        key=_key(_DATASET),
        form=DATASET,
        title=said.text(_DATASET, _TITLE) or "",
        url=said.iri(_DATASET, _CURRENT) or _DATASET,
        authors=tuple(sorted(labels.get(iri, iri) for iri in said.iris(_DATASET, _CREATOR))),
        issued=_date(said.text(_DATASET, _ISSUED)),
        version=_numbered(said.text(_DATASET, _VERSION), store.version),
    )


def _numbered(number: str | None, version: str | None) -> str:
    """Return a version with the number of the release that it is, if it is one: "0.1.0 (b0c752e3c0a8ec01)"."""
    return f"{number} ({version})" if number and version else number or version or ""


def _key(iri: str) -> str:
    name = iri.removeprefix(BASE).removeprefix("id/")
    key = "aseancan-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
    # Where more than what divides our names has become a hyphen, another may have the same letters.
    is_plain = re.fullmatch("[A-Za-z0-9.]+(?:[/#-][A-Za-z0-9.]+)*", name)
    return key if is_plain else f"{key}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"


def _date(text: str | None) -> str:
    """Return the day, month or year that a date begins with, "" for what is none."""
    found = _DATE.match(text or "")
    return found[0] if found else ""
