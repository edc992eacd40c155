"""What is cited of the things a dataset describes: of a plan its parts, of all else what the dataset holds."""

import re
from collections.abc import Collection, Sequence

from aseancan_kg.library.citations import Citation
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_DATASET = f"{BASE}dataset"
_PART = re.compile(r"(.+?)/(?:action/.+|section/.+|preamble)")
_ADOPTED, _PARTY = f"{ONT}adoptedOn", f"{ONT}party"
_TITLE, _ISSUED, _CREATOR = (PREFIXES["dcterms"] + name for name in ("title", "issued", "creator"))
_VERSION, _CURRENT = (PREFIXES["dcat"] + name for name in ("version", "hasCurrentVersion"))
_PUBLISHER = f"{PREFIXES['dc']}publisher"
_NOTATION, _QUOTED_FROM = f"{PREFIXES['skos']}notation", f"{PREFIXES['prov']}wasQuotedFrom"

_TYPE, _SUBJECT, _PREDICATE = (PREFIXES["rdf"] + name for name in ("type", "subject", "predicate"))
_READ = (
    _TYPE,
    _SUBJECT,
    _PREDICATE,
    _ADOPTED,
    _PARTY,
    _TITLE,
    _ISSUED,
    _CREATOR,
    _VERSION,
    _CURRENT,
    _NOTATION,
    _QUOTED_FROM,
)


def citable(iri: str) -> bool:
    """Tell whether a page is the dataset's own work: of a thing or a term of ours, but no source it rests on."""
    return iri.startswith(BASE) and not iri.startswith(f"{ID}source/")


def references(store: Dataset, iris: Collection[str]) -> dict[str, Citation]:
    """Return how each thing is cited, with the version of the dataset that describes it.

    A statement node goes by what it is about. The text of an instrument is by its parties and of the day it was
    adopted; everything else is by whom the dataset is by. The dataset goes by the address of its release, which
    stays as it was. What the data does not tell is left out.
    """
    works = {iri: match[1] if (match := _PART.fullmatch(iri)) else iri for iri in iris}
    said = describe(store, [*works, *works.values(), _DATASET], _READ)
    editions = {name for iri in iris for name in said.iris(iri, _QUOTED_FROM)}
    publishers = describe(store, editions, [_PUBLISHER])
    labels = store.labels(
        {*works, *works.values(), *said.iris(_DATASET, _CREATOR)}
        | {name for iri in iris for by in (_SUBJECT, _PREDICATE) for name in said.iris(iri, by)}
        | {party for work in works.values() for party in said.iris(work, _PARTY)}
    )
    issued, version, container = (said.text(_DATASET, name) or "" for name in (_ISSUED, _VERSION, _TITLE))

    def label(of: str) -> str:
        return labels[of].value if of in labels else of.removeprefix(BASE)

    def cited(iri: str, work: str) -> Citation:
        if f"{ONT}Plan" not in said.iris(work, _TYPE):
            work = iri
        adopted = said.text(work, _ADOPTED) or ""
        is_text = bool(adopted) or iri != work
        subject, name = said.iri(iri, _SUBJECT), said.iri(iri, _PREDICATE)
        title = f"{label(subject)}: {label(name)}" if subject and name else label(iri)
        authors = said.iris(work, _PARTY) if is_text else said.iris(_DATASET, _CREATOR)
        number = (said.text(iri, _NOTATION) or "") if iri != work else ""
        published = [name for edition in said.iris(iri, _QUOTED_FROM) for name in publishers.texts(edition, _PUBLISHER)]
        return Citation(
            key="aseancan-" + re.sub(r"\W+", "-", iri.removeprefix(BASE).removeprefix("id/")).strip("-"),
            title=f"{label(work)}, {_kind(iri)} {number}" if number else title,
            author=_listed(sorted(map(label, authors))),
            issued=adopted if is_text else issued,
            version=f"{version} ({store.version})" if version else store.version,
            url=said.iri(iri, _CURRENT) or iri,
            note=f"Dataset issued {issued}" if issued else "",
            is_dataset=not is_text,
            section=number,
            container=container if iri != _DATASET else "",
            publisher=", ".join(published),
        )

    return {iri: cited(iri, work) for iri, work in works.items()}


def _kind(part: str) -> str:
    return "clause" if "/clause/" in part else "section" if "/section/" in part else "action"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
