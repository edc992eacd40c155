"""Format names, their media types, and the choice between them (RFC 9110 §12.5.1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aseancan_kg.errors import NotAcceptable


@dataclass(frozen=True, slots=True)
class Format:
    """A format people name: on the command line, after the dot of a URL, in an Accept header.

    `name` is also the suffix. `aliases` are older or broader media types that clients use to ask for it; the answer
    always carries `media_type`. `other_names` are what clients such as SPARQLWrapper call it in `format=`.
    """

    name: str
    media_type: str
    label: str
    aliases: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Value of the Content-Type header; everything textual is UTF-8."""
        if "json" in self.media_type or "officedocument" in self.media_type:
            return self.media_type
        return f"{self.media_type}; charset=utf-8"


JSON = Format("json", "application/sparql-results+json", "SPARQL results in JSON", ("application/json", "text/json"))
XML = Format("xml", "application/sparql-results+xml", "SPARQL results in XML", ("application/xml", "text/xml"))
CSV = Format("csv", "text/csv", "Comma-separated values")
TSV = Format("tsv", "text/tab-separated-values", "Tab-separated values")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook")
TURTLE = Format(
    "ttl",
    "text/turtle",
    "Turtle",
    ("application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"),
    ("turtle", "n3"),
)
N_TRIPLES = Format("nt", "application/n-triples", "N-Triples")
N_QUADS = Format("nq", "application/n-quads", "N-Quads", ("text/x-nquads", "text/nquads"))
TRIG = Format("trig", "application/trig", "TriG", ("application/x-trig",))
RDF_XML = Format(
    "rdf", "application/rdf+xml", "RDF/XML", ("application/xml", "text/xml", "text/rdf"), ("rdf+xml", "xml")
)
JSON_LD = Format("jsonld", "application/ld+json", "JSON-LD", ("application/json", "text/json"), ("json-ld",))
HTML = Format("html", "text/html", "Web page", ("application/xhtml+xml",))
SVG = Format("svg", "image/svg+xml", "Picture (SVG)")
RDF_PATCH = Format("rdfp", "application/rdf-patch", "RDF Patch")
SPARQL = Format("rq", "application/sparql-query", "SPARQL query")
PLAIN_TEXT = Format("txt", "text/plain", "Plain text")
PLAIN_JSON = Format("json", "application/json", "JSON", ("text/json",))
LINKSET = Format("json", "application/linkset+json", "Link set", ("application/json",))
LINKSET_TEXT = Format("txt", "application/linkset", "Link set as text")
PROBLEM = Format("problem", "application/problem+json", "Problem document", ("application/json", "text/json"))

RESULT_FORMATS = (JSON, XML, CSV, TSV)
"""What a SELECT or ASK can be answered in; the first is the default."""
GRAPH_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, N_QUADS, TRIG)
"""What an RDF graph can be written in; the first is the default."""
QUAD_FORMATS = (N_QUADS, TRIG)
"""Those that name graphs."""


def named(name: str, offered: Sequence[Format]) -> Format:
    """Return the first offered format that is called `name`, or has that media type or one of a list of them.

    Raises `NotAcceptable` with the list of what there is.
    """
    wanted = name.lower().replace(" ", "").split(",")
    for candidate in offered:
        if not {candidate.name, candidate.media_type, *candidate.other_names}.isdisjoint(wanted):
            return candidate
    raise _nothing_fits(f"there is no format {name!r} here", offered)


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of an Accept header."""

    type: str
    has_parameters: bool
    quality: float


@lru_cache(maxsize=100)  # clients of one kind all send the same header
def negotiate(accept: str | None, offered: tuple[Format, ...]) -> Format:
    """Return the format of `offered` that the Accept header likes best.

    A missing or empty header, and `*/*`, get the first. The most specific range that matches a format decides on it,
    `q=0` excludes it; equal preferences go to the format named by its own type, then to the order of `offered`.
    Raises `NotAcceptable` with the list of what there is.
    """
    ranges = list(_ranges(accept or ""))
    if not ranges:
        return offered[0]
    scored = [(_preference(candidate, ranges), -place, candidate) for place, candidate in enumerate(offered)]
    (quality, _), _, best = max(scored, key=lambda score: score[:2])
    if quality == 0:
        raise _nothing_fits(f"nothing here fits Accept: {accept}", offered)
    return best


def languages(accept_language: str | None) -> tuple[str, ...]:
    """Return the languages that an Accept-Language header prefers to English, best first, as primary subtags.

    Everything here has English words, so what is liked less than English, or than any language, is of no use.
    """
    wanted: dict[str, float] = {}
    for item in (accept_language or "").lower().split(","):
        tag, _, weight = item.strip().partition(";")
        quality = _weight(weight.strip().removeprefix("q=")) if weight else 1.0
        language = tag.strip().partition("-")[0]
        wanted[language] = max(wanted.get(language, 0.0), quality)
    least = max(wanted.pop("en", 0.0), wanted.pop("*", 0.0))
    better = [(-quality, language) for language, quality in wanted.items() if quality > least and language.isalpha()]
    return tuple(language for _, language in sorted(better))


def _preference(candidate: Format, ranges: Sequence[_Range]) -> tuple[float, bool]:
    """Quality of the format, and whether its own type was named."""
    own = [_quality(candidate.media_type, ranges, wildcards=True)]
    others = [_quality(alias, ranges, wildcards=False) for alias in candidate.aliases]
    return max((quality, specificity >= 2) for quality, specificity in own + others)


def _quality(media_type: str, ranges: Sequence[_Range], *, wildcards: bool) -> tuple[float, int]:
    """Quality and specificity that the best matching range gives to one media type; (0, 0) when none matches."""
    main = media_type.split("/")[0]
    matches = [(3 - one.has_parameters, one.quality) for one in ranges if one.type == media_type]
    if wildcards:
        matches += [(1, one.quality) for one in ranges if one.type == f"{main}/*"]
        matches += [(0, one.quality) for one in ranges if one.type == "*/*"]
    if not matches:
        return 0, 0
    specificity, quality = max(matches)
    return quality, specificity


# A quoted string that is not ended goes to the end, so that no quote is looked at twice.
_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+(?:"|\\?$))+', re.DOTALL)
_PARAMETER = re.compile(r';\s*([\w.+-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+|[\w!#$&^.+-]+/\*|\*/\*|\*)\s*(?=;|$)")


def _ranges(accept: str) -> Iterator[_Range]:
    """Read an Accept header; an item that is no media range is passed over, as servers are advised to do."""
    for item in _ITEM.findall(accept):
        head = _TYPE.match(item)
        if head is None:
            continue
        # Java's URLConnection sends a bare "*" for "*/*".
        media_type = "*/*" if head[1] == "*" else head[1].lower()
        quality, has_parameters = 1.0, False
        for name, value in _PARAMETER.findall(item[head.end() :]):
            if name.lower() == "q":
                quality = _weight(value)
            elif name.lower() != "charset":
                has_parameters = True
        yield _Range(media_type, has_parameters, quality)


def _weight(text: str) -> float:
    """Weight between 0 and 1; one that is not a number excludes its range."""
    match = re.fullmatch(r"(\d?\.\d{1,9}|\d\.?)", text.strip())
    return min(float(match[1]), 1.0) if match else 0.0


def _nothing_fits(message: str, offered: Sequence[Format]) -> NotAcceptable:
    listing = ", ".join(f"{one.name} ({one.media_type})" for one in offered)
    return NotAcceptable(message, remedy=f"There is: {listing}.")
