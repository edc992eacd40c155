"""OAI-PMH 2.0: arguments in, XML out.

https://www.openarchives.org/OAI/openarchivesprotocol.html; the sections named here are those of its version of
2015-01-08.
"""

import hashlib
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.catalogue.overview import overview
from aseancan_kg.errors import DatasetChanged
from aseancan_kg.library.harvesting.metadata_formats import METADATA_FORMATS, MetadataFormat, located
from aseancan_kg.library.harvesting.repository import NAMESPACE, Item, Repository
from aseancan_kg.library.plain import document, element
from aseancan_kg.library.records.dublin_core import oai_dc
from aseancan_kg.library.records.record import Record

PAGE_SIZE = 100
"""Headers or records in one response."""

_OAI = "http://www.openarchives.org/OAI/2.0/"
_UNDATED = b"<responseDate />"
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
_WORD = r"[\w.!~*'()-]+"
_SYNTAX = {
    "metadataPrefix": re.compile(_WORD, re.ASCII),
    "set": re.compile(f"{_WORD}(:{_WORD})*", re.ASCII),
    "from": _DATE,
    "until": _DATE,
}
_TOLD = ("metadataPrefix", "from", "until", "set")
"""Arguments that a resumptionToken tells, in its order."""
_OAI_IDENTIFIER = re.compile(
    r"oai:[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+:([\w.!~*'();/?:@&=+$,-]|%[0-9a-f]{2})+", re.I | re.A
)


class Code(StrEnum):
    """What can be wrong with a request (§3.6)."""

    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"
    BAD_VERB = "badVerb"
    CANNOT_DISSEMINATE_FORMAT = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_METADATA_FORMATS = "noMetadataFormats"
    NO_RECORDS_MATCH = "noRecordsMatch"
    NO_SET_HIERARCHY = "noSetHierarchy"


class Refused(Exception):
    """A request that cannot be met, or finds nothing."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """A response without its date; one that tells of an error is not `met`."""

    body: bytes
    met: bool

    def dated(self, now: datetime) -> bytes:
        """Return the XML document of a response that is sent now, a time in UTC."""
        return self.body.replace(_UNDATED, f"<responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate>".encode(), 1)


@dataclass(frozen=True, slots=True)
class _Verb:
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_LIST = _Verb(("metadataPrefix",), ("from", "until", "set", "resumptionToken"))
VERBS = {
    "GetRecord": _Verb(("identifier", "metadataPrefix")),
    "Identify": _Verb(),
    "ListIdentifiers": _LIST,
    "ListMetadataFormats": _Verb(optional=("identifier",)),
    "ListRecords": _LIST,
    "ListSets": _Verb(optional=("resumptionToken",)),
}
"""The verbs with the arguments they need and those they take."""


def respond(repository: Repository, given: Sequence[tuple[str, str]], base_url: str, admin_email: str) -> Answer:
    """Answer a request with these arguments, `verb` among them.

    `base_url` is where the repository is asked, `admin_email` who answers for it. Raises `DatasetChanged`, and as the
    store does.
    """
    arguments: Mapping[str, str] = {}
    try:
        arguments = _read(given)
        verb = arguments["verb"]
        told = ET.Element(verb)
        told.extend([*_content(repository, verb, arguments, base_url, admin_email)])
    except Refused as refused:
        return refusal(refused, arguments, base_url)
    return Answer(_envelope(told, arguments, base_url), met=True)


def refusal(refused: Refused, arguments: Mapping[str, str], base_url: str) -> Answer:
    """Say why a request with these arguments is refused; what cannot be read is not repeated (§3.2)."""
    unread = refused.code in (Code.BAD_VERB, Code.BAD_ARGUMENT)
    told = element("error", str(refused), {"code": refused.code})
    return Answer(_envelope(told, {} if unread else arguments, base_url), met=False)


def _envelope(told: ET.Element, arguments: Mapping[str, str], base_url: str) -> bytes:
    root = ET.Element("OAI-PMH", {"xmlns": _OAI, **located(_OAI, f"{_OAI}OAI-PMH.xsd")})
    # Only what is a URI is valid there, and our own way of writing one can be told.
    shown = {
        name: value for name, value in arguments.items() if name != "identifier" or _OAI_IDENTIFIER.fullmatch(value)
    }
    root.append(ET.Element("responseDate"))
    root.append(element("request", base_url, shown))
    root.append(told)
    return document(root)


def _read(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the arguments by name; raises `Refused` for those that are not of the protocol."""
    name_of_verb, arguments = _verb(given), dict(given)
    verb = VERBS[name_of_verb]
    for name, count in Counter(name for name, _ in given).items():
        if name not in ("verb", *verb.required, *verb.optional):
            raise Refused(Code.BAD_ARGUMENT, f"{name_of_verb} has no argument {name!r}")
        if count > 1:
            raise Refused(Code.BAD_ARGUMENT, f"{name} is given {count} times")
    if "resumptionToken" in arguments:
        if len(arguments) > 2:
            raise Refused(Code.BAD_ARGUMENT, "a resumptionToken stands alone: it tells the other arguments")
        return arguments
    if lacking := set(verb.required) - set(arguments):
        raise Refused(Code.BAD_ARGUMENT, f"{name_of_verb} needs the argument {min(lacking)}")
    for name, value in arguments.items():
        if name in _SYNTAX and not _SYNTAX[name].fullmatch(value):
            raise Refused(Code.BAD_ARGUMENT, f"{value!r} cannot be the argument {name}")
    return arguments


def _verb(given: Sequence[tuple[str, str]]) -> str:
    match [value for name, value in given if name == "verb"]:
        case []:
            told = "there is no verb"
        case [verb] if verb in VERBS:
            return verb
        case [verb]:
            told = f"{verb!r} is no verb"
        case _:
            told = "there are several verbs"
    raise Refused(Code.BAD_VERB, f"{told}; the verbs are {', '.join(VERBS)}")


def _content(
    repository: Repository, verb: str, arguments: Mapping[str, str], base_url: str, admin_email: str
) -> Iterable[ET.Element]:
    """Return what stands inside the element that is called as the verb is; raises `Refused`."""
    match verb:
        case "Identify":
            return _identify(repository, base_url, admin_email)
        case "ListMetadataFormats":
            return _formats(repository, arguments.get("identifier"))
        case "ListSets":
            return _sets(repository, arguments)
        case "GetRecord":
            return _record(repository, arguments)
        case _:
            return _listed(repository, verb, arguments)


def _identify(repository: Repository, base_url: str, admin_email: str) -> Iterator[ET.Element]:
    told = overview(repository.store)
    yield element("repositoryName", told.title)
    yield element("baseURL", base_url)
    yield element("protocolVersion", "2.0")
    yield element("adminEmail", admin_email)
    yield element("earliestDatestamp", repository.earliest)
    yield element("deletedRecord", "persistent" if repository.keeps_tombstones else "no")
    yield element("granularity", "YYYY-MM-DDThh:mm:ssZ")
    yield element("compression", "gzip")
    scheme, authority, _ = NAMESPACE.split(":")
    syntax = _within(
        "oai-identifier",
        ("scheme", scheme),
        ("repositoryIdentifier", authority),
        ("delimiter", ":"),
        ("sampleIdentifier", next(iter(repository.by_identifier), f"{NAMESPACE}instrument/name")),
    )
    schema = f"{_OAI}oai-identifier"
    syntax.attrib |= {"xmlns": schema, **located(schema, f"{schema}.xsd")}
    yield _around("description", syntax)
    dataset = (("title", told.title), ("description", told.description))
    terms = (("rights", told.licence or ""), ("rights", told.rights or ""))
    yield _around("description", _dublin_core(DATASET, *dataset, *terms))


def _formats(repository: Repository, identifier: str | None) -> Iterator[ET.Element]:
    item = None if identifier is None else _item(repository, identifier)
    if item and item.deleted:
        raise Refused(Code.NO_METADATA_FORMATS, "the record is deleted")
    for one in METADATA_FORMATS.values():
        if item is None or item.kind in one.kinds:
            told = ("metadataPrefix", one.prefix), ("schema", one.schema), ("metadataNamespace", one.namespace)
            yield _within("metadataFormat", *told)


def _sets(repository: Repository, arguments: Mapping[str, str]) -> Iterator[ET.Element]:
    if "resumptionToken" in arguments:
        raise Refused(Code.BAD_RESUMPTION_TOKEN, "the sets are listed in one response")
    if not repository.sets:
        raise Refused(Code.NO_SET_HIERARCHY, "there are no sets")
    for one in repository.sets:
        made = _within("set", ("setSpec", one.spec), ("setName", one.name))
        if one.iri:
            made.append(_around("setDescription", _dublin_core(one.iri, ("description", one.definition))))
        yield made


def _record(repository: Repository, arguments: Mapping[str, str]) -> Iterable[ET.Element]:
    item, chosen = _item(repository, arguments["identifier"]), _format(arguments["metadataPrefix"])
    if item.kind not in chosen.kinds:
        raise Refused(Code.CANNOT_DISSEMINATE_FORMAT, f"this {item.kind} has no record in {chosen.prefix}")
    return _records(repository, chosen, [item])


def _listed(repository: Repository, verb: str, arguments: Mapping[str, str]) -> Iterator[ET.Element]:
    """Yield a page of headers or records and, unless the list is whole, the token of the next page."""
    token = arguments.get("resumptionToken")
    asked, cursor = (arguments, 0) if token is None else _resumed(repository, verb, token)
    try:
        chosen = _format(asked.get("metadataPrefix", ""))
        selected = _selected(repository, chosen, asked)
    except Refused as refused:
        if token is None:
            raise
        raise _forged() from refused  # one that we wrote is of a request that was met
    page = selected[cursor : cursor + PAGE_SIZE]
    if not page:
        raise _forged()
    yield from map(_header, page) if verb == "ListIdentifiers" else _records(repository, chosen, page)
    end = cursor + PAGE_SIZE
    if cursor or end < len(selected):
        following = _token(repository.version, verb, end, asked) if end < len(selected) else ""
        yield element("resumptionToken", following, {"completeListSize": str(len(selected)), "cursor": str(cursor)})


def _selected(repository: Repository, chosen: MetadataFormat, asked: Mapping[str, str]) -> list[Item]:
    if "set" in asked and not repository.sets:
        raise Refused(Code.NO_SET_HIERARCHY, "there are no sets")
    spec = asked.get("set", "")
    selected = repository.select(chosen.kinds, *_bounds(asked), spec)
    if spec and all(one.spec != spec for one in repository.sets):
        raise Refused(Code.NO_RECORDS_MATCH, f"there is no set {spec!r}; ListSets tells which there are")
    if not selected:
        raise Refused(Code.NO_RECORDS_MATCH, "no record is of this time, of this set and in this format")
    return selected


def _bounds(asked: Mapping[str, str]) -> tuple[str, str]:
    """Return the first and the last second of the time that is asked for (§2.7.1)."""
    bounds = {"from": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}
    given = {name: asked[name] for name in bounds if name in asked}
    for name, text in given.items():
        try:
            datetime.fromisoformat(text)
        except ValueError as error:
            raise Refused(Code.BAD_ARGUMENT, f"{text!r} is no date") from error
        bounds[name] = f"{text}{bounds[name][len(text) :]}"
    if len(set(map(len, given.values()))) > 1:
        raise Refused(Code.BAD_ARGUMENT, "from and until are of different granularity")
    if bounds["from"] > bounds["until"]:
        raise Refused(Code.BAD_ARGUMENT, "from is later than until")
    return bounds["from"], bounds["until"]


def _token(version: str, verb: str, cursor: int, asked: Mapping[str, str]) -> str:
    """Return the resumptionToken of the page that begins at `cursor`.

    It tells all that the page depends on, so that nothing has to be remembered; the last part shows that it is whole.
    """
    told = [re.sub(r"[^A-Za-z0-9.-]", "_", version), str(cursor), *(asked.get(name, "") for name in _TOLD)]
    check = hashlib.sha256("/".join([verb, *told]).encode()).hexdigest()[:8]
    return "/".join([*told, check])


def _resumed(repository: Repository, verb: str, token: str) -> tuple[dict[str, str], int]:
    """Return the arguments of the request whose list a token resumes, and where it does.

    When the dataset has changed meanwhile the harvester begins again, as §3.5.1 has it for substantial changes: what a
    release changes may stand on pages that were sent already, with a datestamp before they were.
    """
    parts = token.split("/")
    if len(parts) != len(_TOLD) + 3 or not re.fullmatch("[1-9][0-9]{0,8}", parts[1]):
        raise _forged()
    cursor = int(parts[1])
    asked = {name: value for name, value in zip(_TOLD, parts[2:-1], strict=True) if value}
    if cursor % PAGE_SIZE or token != _token(parts[0], verb, cursor, asked):
        raise _forged()
    if token != _token(repository.version, verb, cursor, asked):
        message = "the list has changed since the token was made: begin again, without a resumptionToken"
        raise Refused(Code.BAD_RESUMPTION_TOKEN, message)
    return asked, cursor


def _forged() -> Refused:
    return Refused(Code.BAD_RESUMPTION_TOKEN, "this is no resumptionToken of this verb here")


def _item(repository: Repository, identifier: str) -> Item:
    if identifier not in repository.by_identifier:
        raise Refused(Code.ID_DOES_NOT_EXIST, "there is no such identifier")
    return repository.by_identifier[identifier]


def _format(prefix: str) -> MetadataFormat:
    if prefix not in METADATA_FORMATS:
        raise Refused(Code.CANNOT_DISSEMINATE_FORMAT, f"the formats are {', '.join(METADATA_FORMATS)}")
    return METADATA_FORMATS[prefix]


def _records(repository: Repository, chosen: MetadataFormat, items: Sequence[Item]) -> Iterator[ET.Element]:
    metadata = chosen.elements(repository.store, [item.iri for item in items if not item.deleted])
    for item in items:
        made = _around("record", _header(item))
        if not item.deleted:
            if item.iri not in metadata:
                raise DatasetChanged("the dataset has just changed", remedy="Ask again.")
            made.append(_around("metadata", metadata[item.iri]))
        yield made


def _header(item: Item) -> ET.Element:
    specs = (("setSpec", spec) for spec in item.specs)
    made = _within("header", ("identifier", item.identifier), ("datestamp", item.datestamp), *specs)
    if item.deleted:
        made.set("status", "deleted")
    return made


def _within(name: str, *parts: tuple[str, str]) -> ET.Element:
    """Return an element with texts inside it."""
    made = ET.Element(name)
    made.extend(element(inner, text) for inner, text in parts)
    return made


def _around(name: str, inner: ET.Element) -> ET.Element:
    made = ET.Element(name)
    made.append(inner)
    return made


def _dublin_core(iri: str, *told: tuple[str, str]) -> ET.Element:
    """Return a description of what is no item: its IRI, and texts by element."""
    made = oai_dc(Record(iri, ""))
    made.extend(element(f"dc:{name}", text) for name, text in told if text)
    return made
