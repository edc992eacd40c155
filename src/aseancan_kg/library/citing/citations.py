"""How a thing is cited: CSL-JSON, BibTeX, RIS, Zotero RDF and meta elements of one, and the words we recommend."""

import calendar
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aseancan_kg.library.plain import document, element, plain
from aseancan_kg.mediatypes import Format

BIBTEX = Format("bib", "application/x-bibtex", "BibTeX", other_names=("bibtex",))
RIS = Format("ris", "application/x-research-info-systems", "RIS")
CSL_JSON = Format("csl", "application/vnd.citationstyles.csl+json", "CSL-JSON")


@dataclass(frozen=True, slots=True)
class Form:
    """What sort of document is cited, in the words of CSL 1.0.2, RIS, BibTeX, Zotero and BIBO."""

    csl: str
    ris: str
    bibtex: str
    zotero: str
    bibo: str


TREATY = Form("treaty", "STAT", "misc", "statute", "Legislation")
"""Zotero has no treaties; what it has for all that binds in law is the statute."""
REPORT = Form("report", "RPRT", "techreport", "report", "Report")
PART = Form("chapter", "CHAP", "incollection", "bookSection", "BookSection")
DATASET = Form("dataset", "DATA", "misc", "dataset", "Document")


@dataclass(frozen=True, slots=True)
class Citation:
    """A document, a part of one, or the dataset or a part of it, as it is cited; `key` is unique among ours.

    `issued` is an ISO date as precise as known, "" if not known, as is every other text that is empty. `container` is
    the title of what the thing is a part of, `genre` what a document calls itself. `source` is the title of the dataset
    that describes it, unless it is that one, and `version` that dataset's. `note` tells what identifies it.
    """

    key: str
    form: Form
    title: str
    url: str
    authors: tuple[str, ...] = ()
    issued: str = ""
    container: str = ""
    publisher: str = ""
    genre: str = ""
    source: str = ""
    version: str = ""
    note: str = ""

    @property
    def year(self) -> str:
        """Year of issue."""
        return self.issued[:4]

    @property
    def is_dataset(self) -> bool:
        """Whether it is the dataset's own work, so that its version is the dataset's."""
        return self.form is DATASET

    @property
    def notes(self) -> str:
        """What identifies it; of a document, the dataset that describes it too."""
        described = "" if self.is_dataset else f"Described in {_held(self)}"
        return ". ".join(filter(None, (described, self.note)))


def csl_item(cited: Citation) -> dict[str, Any]:
    """Return an item of CSL-JSON 1.0."""
    item = {
        "id": cited.key,
        "type": cited.form.csl,
        "title": plain(cited.title),
        "author": [{"literal": plain(author)} for author in cited.authors],
        "issued": {"date-parts": [[int(part) for part in cited.issued.split("-")]]} if cited.issued else None,
        "container-title": plain(cited.container or (cited.source if cited.is_dataset else "")),
        "publisher": plain(cited.publisher),
        "genre": plain(cited.genre),
        "version": cited.version if cited.is_dataset else "",
        "URL": cited.url,
        "note": plain(cited.notes),
    }
    return {name: value for name, value in item.items() if value}


def as_csl(*cited: Citation) -> str:
    """Write CSL-JSON: a list of items."""
    return json.dumps([csl_item(one) for one in cited], ensure_ascii=False, indent=1)


def as_bibtex(*cited: Citation) -> str:
    """Write BibTeX entries; `date`, `version` and `url` are those of BibLaTeX, which older styles pass over."""
    return "\n".join(map(_bibtex_entry, cited))


def as_ris(*cited: Citation) -> str:
    """Write RIS records; lines end as the format says, with CR LF."""
    return "".join(map(_ris_record, cited))


def as_zotero(cited: Citation) -> bytes:
    """Write Zotero RDF, the one format that names Zotero's own types; authors are bodies, so they have no first name.

    After what Zotero's translator "RDF" reads: https://github.com/zotero/translators/blob/master/RDF.js.
    """
    root = element("rdf:RDF", "", {f"xmlns:{prefix}": name for prefix, name in _NAMESPACES.items()})
    item = element("rdf:Description", "", {"rdf:about": cited.url})
    root.append(item)
    item.append(element("z:itemType", cited.form.zotero))
    if cited.authors:
        item.append(authors := element("bib:authors"))
        authors.append(listed := element("rdf:Seq"))
        for author in cited.authors:
            listed.append(entry := element("rdf:li"))
            entry.append(person := element("foaf:Person"))
            person.append(element("foaf:surname", author))
    item.append(element("dc:title", cited.title))
    if cited.container:
        item.append(whole := element("dcterms:isPartOf"))
        whole.append(book := element("bib:Book"))
        book.append(element("dc:title", cited.container))
    if cited.publisher:
        item.append(publishing := element("dc:publisher"))
        publishing.append(body := element("foaf:Organization"))
        body.append(element("foaf:name", cited.publisher))
    item.append(identified := element("dc:identifier"))
    identified.append(address := element("dcterms:URI"))
    address.append(element("rdf:value", cited.url))
    version = cited.version if cited.is_dataset else ""
    said = {"dc:date": cited.issued, "dc:type": cited.genre, "z:versionNumber": version, "z:extra": cited.notes}
    item.extend(element(name, value) for name, value in said.items() if value)
    return document(root)


def metadata(cited: Citation) -> list[tuple[str, str]]:
    """Return names and contents of the meta elements that search engines and reference managers read on a page.

    They are those of Highwire Press, as Google Scholar asks for them, and the type, by which Zotero tells a treaty.
    """
    publishing = "citation_technical_report_institution" if cited.form is REPORT else "citation_publisher"
    told = [
        ("citation_title", cited.title),
        *(("citation_author", author) for author in cited.authors),
        ("citation_publication_date", cited.issued.replace("-", "/")),
        ("citation_inbook_title", cited.container),
        (publishing, cited.publisher),
        ("citation_public_url", cited.url),
        ("bibo.type", cited.form.bibo),
    ]
    return [(name, plain(value)) for name, value in told if value]


def as_sentence(cited: Citation) -> str:
    """Write the recommended words: by whom, what, of which day, which part, as held in which dataset, and where.

    "A and B, Plan (adopted 10 September 2020), action 2.7.4; Dataset, version 1; https://…"
    """
    whole, part = (cited.container, cited.title[:1].lower() + cited.title[1:]) if cited.container else (cited.title, "")
    day = _day(cited.issued)
    dated = f" ({day if cited.is_dataset else f'adopted {day}'})" if day else ""
    work = ", ".join(filter(None, (_listed(cited.authors), f"{whole}{dated}", part)))
    return plain("; ".join(filter(None, (work, _held(cited), cited.url))))


class CitationWriter(Protocol):
    """Writes one citation or several."""

    def __call__(self, *cited: Citation) -> str: ...  # noqa: D102


WRITERS: dict[Format, CitationWriter] = {BIBTEX: as_bibtex, RIS: as_ris, CSL_JSON: as_csl}
"""Format → its writer."""

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bib": "http://purl.org/net/biblio#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
# BibTeX counts braces even after a backslash, so that one alone would swallow what follows.
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
}


def _bibtex_entry(cited: Citation) -> str:
    publishing = "institution" if cited.form is REPORT else "publisher"
    fields = {
        "author": " and ".join(f"{{{_tex(author)}}}" for author in cited.authors),
        "title": f"{{{_tex(cited.title)}}}",
        "booktitle": f"{{{_tex(cited.container)}}}" if cited.container else "",
        "howpublished": _tex(cited.source) if cited.is_dataset else "",
        publishing: _tex(cited.publisher),
        "type": _tex(cited.genre),
        "year": cited.year,
        "date": cited.issued,
        "version": _tex(cited.version) if cited.is_dataset else "",
        "url": cited.url,
        "note": _tex(cited.notes),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{cited.form.bibtex}{{{cited.key},\n{lines}\n}}\n"


def _ris_record(cited: Citation) -> str:
    fields = (
        ("TY", cited.form.ris),
        ("ID", cited.key),
        *(("AU", author) for author in cited.authors),
        ("TI", cited.title),
        ("T2", cited.container),
        ("DP", cited.source),
        ("PB", cited.publisher),
        ("M3", cited.genre),
        ("PY", cited.year),
        ("DA", cited.issued.replace("-", "/")),
        ("ET", cited.version if cited.is_dataset else ""),
        ("UR", cited.url),
        ("N1", cited.notes),
    )
    return "".join([*(f"{tag}  - {plain(value)}\r\n" for tag, value in fields if value), "ER  - \r\n"])


def _tex(text: str) -> str:
    return re.sub(r"[\\~^&%$#_{}]", lambda match: _TEX.get(match[0], f"\\{match[0]}"), plain(text))


def _held(cited: Citation) -> str:
    """Say which dataset, in which version, something is from; of the dataset itself only the version."""
    return ", ".join(filter(None, (cited.source, f"version {cited.version}" if cited.version else "")))


def _day(issued: str) -> str:
    """Write an ISO date of any precision in words: "10 September 2020", "September 2020", "2020"."""
    year, month, day = [*issued.split("-"), "", ""][:3]
    return " ".join(filter(None, (day.lstrip("0"), calendar.month_name[int(month)] if month else "", year)))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
