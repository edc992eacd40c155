"""What an action commits to: its clauses as a reader cut them, and what the rules make of the same text.

The rules are a second opinion, never preferred: their codings stand beside the readers', so that the two can be
compared.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from aseancan_kg import namespaces
from aseancan_kg.build.passages import Passage, places_of
from aseancan_kg.build.registers import Row
from aseancan_kg.errors import DanglingReference, InvalidData, InvalidTables
from aseancan_kg.model import Clause, Coding, Mention, Span

RULES = "rules"
"""Code of the coder that these rules are."""

FIRST_READER = "first-reading"
"""Code of the coder whose codings are preferred."""

_PROPERTIES = {"verb": "leadVerb"}
"""Scheme → local name of its property, where the two differ."""

_ROLES = ("actor", "addressee", "means", "output")
"""Columns of clauses.csv that hold words of the text for who does what for whom."""

_CONTINUITY = re.compile(r"(?P<continuing>continue(?: to)?\b)|(?P<further>further\b)", re.IGNORECASE)
_NOUNS = {
    "cooperation": "cooperate",
    "regular dialogues": "dialogue",
    "the measures": "implement",
    "review of": "review",
    "support for": "support",
}
_JOINT = r"(?:, )?(?:and|as well as|while)(?: also)? "
_PURPOSE = re.compile(r"\b(?:to|in order to|by|through|including|which|that|towards?) (?:\w+ly )?[a-z]+")

_FLEXIBLE_VERBS = frozenset({"explore", "encourage", "consider"})
_SUPPORTING = frozenset({"support", "provide", "facilitate", "help", "assist"})
_THIRD_PARTIES = re.compile(
    r"think-tanks|universities|academi\w+|private sector|business communit\w+|companies|industr\w+ in ASEAN|experts|"
    r"colleges|cybersecurity industries|stakeholders",
    re.IGNORECASE,
)
_OF_ASEAN = re.compile(r"ASEAN’s|ASEAN Secretariat|ASEAN Member States’|CLMV|(?:for|of) ASEAN\b|ASEAN institutions")
_PLAN_ITSELF = re.compile(r"th(?:is|e) Plan of Action", re.IGNORECASE)
_OUTPUT = re.compile(
    r"\b(?:database|work plan|report|system|agreement|framework|network|scholarship)s?\b(?! of)", re.IGNORECASE
)
_METHOD = re.compile(
    r"capacity[- ]building|training|exchange|sharing|scholarship|workshop|technical assistance|joint research|"
    r"consultation|dialogue|technology transfer|studies|campaigns",
    re.IGNORECASE,
)
_HEDGES: Mapping[str, re.Pattern[str]] = {
    "appropriateness": re.compile(r"\b(?:as|where) appropriate\b", re.IGNORECASE),
    "feasibility": re.compile(r"\bwhere (?:feasible|applicable|needed|possible)\b", re.IGNORECASE),
    "possibility": re.compile(r"\bpossib(?:le|ility)\b|\bmay\b(?= be)", re.IGNORECASE),
    "domestic-law": re.compile(r"\b(?:respective|domestic) (?:\w+ )?(?:laws|rules|regulations)\b", re.IGNORECASE),
    "mutual-agreement": re.compile(r"\bmutual(?:ly)? (?:agreed|interests?)\b", re.IGNORECASE),
    "open-list": re.compile(r"\b(?:including|such as) but not limited to\b|\bamong others\b|\betc\b", re.IGNORECASE),
    "efforts": re.compile(r"\befforts? (?:towards?|to)\b|\bwith a view to\b", re.IGNORECASE),
}
_CAVEATS = frozenset({"appropriateness", "feasibility", "possibility", "domestic-law", "mutual-agreement"})
_OUTPUT_KINDS = frozenset({"instrument", "programme", "fund"})
_PARTNER_KINDS = frozenset({"body", "mechanism", "post", "state-group"})
_PARTIES = frozenset({"body/asean", "state/canada"})

_RANKED = {
    "firmness": ("flexible", "firm"),
    "precision": ("theme-only", "named-partner-or-method", "named-output"),
}
_ORDINAL = {
    ("flexible", "theme-only"): "tentative",
    ("flexible", "named-partner-or-method"): "directed",
    ("flexible", "named-output"): "directed",
    ("firm", "theme-only"): "directed",
    ("firm", "named-partner-or-method"): "specified",
    ("firm", "named-output"): "deliverable",
}


def clauses(rows: Sequence[Row], passages: Mapping[str, Passage]) -> tuple[list[Clause], dict[str, Passage]]:
    """Return the clauses in the order of the text, and the passage that each covers, by the clause's path.

    Raises `InvalidTables` with every row whose words are not in its action, or before those of the clause before it.
    """
    found: list[Clause] = []
    cut: dict[str, Passage] = {}
    faults: list[InvalidData] = []
    ends: dict[str, int] = {}
    numbers: dict[str, int] = {}
    order = {path: place for place, path in enumerate(passages)}
    for row in sorted(rows, key=lambda row: _place(row, order)):
        path, text = row.written("clause"), row.written("text")
        action, _, number = path.partition("/clause/")
        passage = passages.get(action)
        places = places_of(text, passage.text) if passage else []
        start = next((place for place in places if place >= ends.get(action, 0)), None)
        if int(number) != (counted := numbers.get(action, 0) + 1):
            remedy = f"Count the clauses of an action from 1: this one is {counted}."
            faults.append(InvalidData(f"clause {number} does not follow", row.place_of("clause"), remedy=remedy))
        numbers[action] = int(number)
        if passage is None or start is None:
            remedy = "Copy the words from the action; clauses stand in the order of the text and do not overlap."
            faults.append(InvalidData(f"“{text}” does not follow in {action}", row.place_of("text"), remedy=remedy))
            continue
        faults += misquoted(row, _ROLES, passage.text)
        ends[action] = start + len(text)
        cut[path] = passage.slice(path, start, ends[action])
        found.append(_clause(row, path, text, passage.span(start, ends[action])))
    if faults:
        raise InvalidTables.of(faults)
    return found, cut


def _place(row: Row, order: Mapping[str, int]) -> tuple[int, int]:
    action, _, number = row.written("clause").partition("/clause/")
    return order.get(action, len(order)), int(number)


def of_clauses(clauses: Sequence[Clause]) -> Iterator[Coding]:
    """Codings of what the table of clauses itself says: verb, continuity, and the words for who, for whom, how, what.

    The verb of its first clause is that of the action.
    """
    for clause in clauses:
        action, _, number = clause.path.partition("/clause/")
        verb = Coding(
            target=clause.path,
            property="leadVerb",
            scheme="verb",
            value=namespaces.concept("verb", clause.verb),
            coder=FIRST_READER,
            standing="preferred",
            words=_verb_words(clause),
            confidence=clause.confidence,
            rationale="the verb of the clause, as the reader read it",
            locator=clause.locator,
        )
        yield verb
        if number == "1":
            yield replace(verb, target=action, rationale="the verb of its first clause")
        continuity = namespaces.concept("continuity", clause.continuity)
        said = replace(verb, property="continuity", scheme="continuity", value=continuity)
        yield replace(said, rationale="whether the clause goes on with something, as the reader read it")
        for role in _ROLES:
            part = replace(verb, property=role, scheme="clause-part", rationale="the text says so")
            for words in getattr(clause, role):
                yield replace(part, value=words, words=(words,))


def read(rows: Sequence[Row], cut: Mapping[str, Passage]) -> list[Coding]:
    """Return the codings as they stand in the table: those of `FIRST_READER` are preferred, the others rival.

    Raises `InvalidTables` with every row whose clause is not known, whose words are not in it, or
    whose code the ordinal does not know.
    """
    found: list[Coding] = []
    faults: list[InvalidData] = []
    for row in rows:
        path = row.written("clause")
        if path not in cut:
            told = f"there is no clause {path}"
            faults.append(DanglingReference(told, row.place_of("clause"), remedy="See clauses.csv.", reference=path))
            continue
        faults += misquoted(row, ("words",), cut[path].text)
        scheme, code, coder = row.written("scheme"), row.written("value"), row.written("coder")
        if scheme in _RANKED and code not in _RANKED[scheme]:
            remedy = f"Use one of {', '.join(_RANKED[scheme])}, or give the new code a place in the project's ordinal."
            faults.append(InvalidData(f"the ordinal does not know “{code}”", row.place_of("value"), remedy=remedy))
        found.append(
            Coding(
                target=path,
                property=scheme,
                scheme=scheme,
                value=namespaces.concept(scheme, code),
                coder=coder,
                standing="preferred" if coder == FIRST_READER else "rival",
                words=row.all_written("words"),
                confidence=row.written("confidence"),
                rationale=row.written("rationale"),
                locator=row.locator,
            )
        )
    if faults:
        raise InvalidTables.of(faults)
    return found


def by_rules(cut: Mapping[str, Passage], mentions: Sequence[Mention], verbs: Sequence[str]) -> Iterator[Coding]:
    """Code each clause by rule: verb, continuity, direction, firmness, precision, hedges; `verbs` are known lemmas."""
    for path, passage in cut.items():
        inside = [one for one in mentions if _covers(passage, one) and one.relations != ("namedWithin",)]
        verb, continuity, opening = _opening(passage.text, verbs)
        hedges = [(code, match[0]) for code, look in _HEDGES.items() for match in look.finditer(passage.text)]
        firmness, caveat = _firmness(verb, hedges)
        precision, named = _precision(passage.text, inside)
        for scheme, code, words, rationale in (
            ("verb", verb, opening, "the first verb that the rules know"),
            ("continuity", continuity, opening, "the words before the verb"),
            ("direction", _direction(passage.text, verb), opening, "verb, addressee and whose efforts are meant"),
            ("firmness", firmness, caveat or opening, "a vague verb or a caveat makes the wording flexible"),
            ("precision", precision, named, "what is named: an output, a partner or method, or neither"),
            *(("hedge", code, words, "the words are in the list of hedges") for code, words in hedges),
        ):
            if code:
                yield Coding(
                    target=path,
                    property=_PROPERTIES.get(scheme, scheme),
                    scheme=scheme,
                    value=namespaces.concept(scheme, code),
                    coder=RULES,
                    standing="rival",
                    words=(words,) if words else (),
                    confidence="low",
                    rationale=rationale,
                )


def compare(codings: Sequence[Coding]) -> list[Coding]:
    """Return the codings, each that gives the very value of a preferred one as concurring and no longer as a rival."""
    preferred = {(one.target, one.property, one.value) for one in codings if one.standing == "preferred"}
    return [
        replace(one, standing="concurring")
        if one.standing == "rival" and (one.target, one.property, one.value) in preferred
        else one
        for one in codings
    ]


def ordinals(codings: Sequence[Coding]) -> Iterator[Coding]:
    """Place each clause on the project's own ordinal, by the preferred codings of its firmness and its precision."""
    preferred = {(one.target, one.scheme): one for one in codings if one.standing == "preferred"}
    for (target, scheme), firmness in preferred.items():
        if scheme == "firmness" and (precision := preferred.get((target, "precision"))):
            first, second = (one.value.rpartition("/")[2] for one in (firmness, precision))
            yield Coding(
                target=target,
                property="projectOrdinal",
                scheme="project-ordinal",
                value=namespaces.concept("project-ordinal", _ORDINAL[first, second]),
                coder=RULES,
                standing="indirect",
                words=firmness.words + precision.words,
                confidence="medium",
                rationale=f"{first} wording and precision {second}",
            )


def cut_by_rules(passage: Passage, verbs: Sequence[str]) -> list[int]:
    """Return where clauses of an action begin, by rule: at its start, and where a joint leads to a commitment verb."""
    known = "|".join(map(re.escape, verbs))
    starts = [0]
    for match in re.finditer(rf"{_JOINT}(?=(?:further |continue to )?(?:{known})\b)", passage.text):
        since = passage.text[starts[-1] : match.start()]
        if "as well as" in match[0] or not _PURPOSE.search(since.partition(" ")[2]):
            starts.append(match.end())
    return starts


def misquoted(row: Row, columns: Sequence[str], text: str) -> list[InvalidData]:
    """Return a fault for each of a row's words that the text does not hold."""
    return [
        InvalidData(f"“{words}” is not in the text", row.place_of(column), remedy="Copy the words from it.")
        for column in columns
        for words in row.all_written(column)
        if not places_of(words, text)
    ]


def _verb_words(clause: Clause) -> tuple[str, ...]:
    """Return the words of a clause up to its verb, or to the noun that stands for it, where one opens it."""
    found = re.match(rf"(?:\w+ ){{0,3}}{clause.verb[:-1]}\w*", clause.text, re.IGNORECASE)
    return (found[0],) if found else ()


def _opening(text: str, verbs: Sequence[str]) -> tuple[str, str, str]:
    """Return verb, continuity and the words that say so."""
    continuity, rest = "new", text
    while match := _CONTINUITY.match(rest):
        continuity = "continuing" if match["continuing"] or continuity == "continuing" else "further"
        rest = rest[match.end() :].lstrip()
    lowered = rest.lower()
    for words, verb in (*_NOUNS.items(), *((verb, verb) for verb in sorted(verbs, key=len, reverse=True))):
        if re.match(rf"{re.escape(words)}\b", lowered):
            return verb, continuity, text[: len(text) - len(rest) + len(words)]
    return "", continuity, text[: len(text) - len(rest)].strip()


def _direction(text: str, verb: str) -> str:
    if _PLAN_ITSELF.search(text):
        return "procedural"
    if _THIRD_PARTIES.search(text[:120]):
        return "third-parties"
    return "canada-to-asean" if verb in _SUPPORTING or _OF_ASEAN.search(text[:80]) else "joint"


def _firmness(verb: str, hedges: Sequence[tuple[str, str]]) -> tuple[str, str]:
    caveat = next((words for code, words in hedges if code in _CAVEATS), "")
    return "flexible" if verb in _FLEXIBLE_VERBS or caveat else "firm", caveat


def _precision(text: str, mentions: Sequence[Mention]) -> tuple[str, str]:
    for kinds, look, code in (
        (_OUTPUT_KINDS, _OUTPUT, "named-output"),
        (_PARTNER_KINDS, _METHOD, "named-partner-or-method"),
    ):
        named = (one.quote for one in mentions if one.entity.partition("/")[0] in kinds and one.entity not in _PARTIES)
        match = look.search(text)
        if found := next(named, match[0] if match else ""):
            return code, found
    return "theme-only", ""


def _covers(passage: Passage, mention: Mention) -> bool:
    return passage.places[0] <= mention.span.start and mention.span.end <= passage.places[-1] + 1


def _clause(row: Row, path: str, text: str, span: Span) -> Clause:
    return Clause(
        path=path,
        text=text,
        span=span,
        verb=row.written("verb"),
        continuity=row.written("continuity"),
        actor=row.all_written("actor"),
        addressee=row.all_written("addressee"),
        means=row.all_written("means"),
        output=row.all_written("output"),
        confidence=row.written("confidence"),
        note=row.written("note") or None,
        locator=row.locator,
    )
