"""Generate plans of action as N-Quads, in the vocabulary of the dataset and as its shapes ask: data to measure with.

    python benchmarks/plans.py 1000000 > plans.nq

First come the code lists, bodies and instruments that plans refer to, each kind in a graph of its own; then one graph
per plan until the number of triples is reached, so that the output is at most one plan (about 1,900 triples) longer. No
triple stands in two graphs. The same seed gives the same bytes, and a smaller output is the beginning of a larger one.
"""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, count
from random import Random

from aseancan_kg.namespaces import concept, graph, part, thing
from nquads import Graph, ac, code, english, plain, prefixed, ref, typed

CHAPTERS, SECTIONS, ACTIONS = 4, 2, 3
"""Chapters in a plan, sections in a chapter, actions in a section."""

SUCCESSION = 5
"""How many plans with one partner follow each other, five years each, from 2001 on."""

THEMES = (
    *("trade", "investment", "education", "public health", "mine action", "food security", "energy", "connectivity"),
    *("counter-terrorism", "biodiversity", "migration", "disaster relief"),
)
TOPICS = [f"{scope} {theme}" for theme in THEMES for scope in ("regional", "digital", "inclusive", "rural", "maritime")]
CODES = {
    "pillar": ("political-security", "economic", "socio-cultural", "external"),
    "verb": ("promote", "support", "strengthen", "explore", "implement", "establish", "encourage", "continue"),
    "continuity": ("new", "further"),
    "direction": ("joint", "canada-to-asean", "asean-to-canada"),
    "firmness": ("firm", "flexible"),
    "precision": ("general", "named-partner-or-method"),
    "body-kind": ("committee", "centre", "network"),
    "instrument-kind": ("convention", "declaration", "plan-of-action"),
    "mention-rule": ("name",),
    "review-status": ("confirmed",),
    "confidence": ("high",),
    "standing": ("preferred",),
}
AIMS = ("capacity building", "exchange of best practices", "joint research", "policy dialogue", "technical assistance")
FREQUENCY = list(accumulate(1 / rank for rank in range(1, len(TOPICS) + 1)))
"""Weights after Zipf, summed up, by which plans choose from as many topics and as many bodies."""
MEANS = ("workshops and seminars", "voluntary contributions", "exchanges of experts", "pilot projects", "joint studies")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text can name: its IRI and the words for it."""

    iri: str
    words: str


def slug(words: str) -> str:
    """Write words as the last part of an IRI."""
    return words.replace(" ", "-")


BODIES = [
    Named(thing("body", f"{kind}-{slug(topic)}"), f"ASEAN {kind.capitalize()} on {topic.title()}")
    for topic, kind in zip(TOPICS, CODES["body-kind"] * 20, strict=True)
]
INSTRUMENTS = [
    Named(thing("instrument", f"{kind}-{slug(theme)}"), f"ASEAN {kind.capitalize()} on {theme.title()}")
    for theme in THEMES
    for kind in ("convention", "declaration")
]


def dated(name: str, day: date) -> dict[str, str]:
    """Return the three properties that give a day, named as in `adopted`, with their values."""
    term = typed(day, "date")
    return {f"ac_{name}On": term, f"ac_{name}Earliest": term, f"ac_{name}Latest": term}


def registers(random: Random) -> Iterator[Graph]:
    """Yield the graphs that every plan refers to."""
    schemes = Graph(graph("schemes"))
    for scheme, notations in CODES.items():
        for notation in notations:
            add_code(schemes, scheme, notation)
    for theme in THEMES:
        add_code(schemes, "topic", theme)
    for topic in TOPICS:
        add_code(schemes, "topic", topic, broader=topic.partition(" ")[2])
    yield schemes

    bodies = Graph(graph("bodies"))
    for number, (body, kind) in enumerate(zip(BODIES, CODES["body-kind"] * 20, strict=True)):
        acronym = f"A{kind[0].upper()}{number:02}"
        bodies.say(
            body.iri,
            rdf_type=ac("Body"),
            skos_prefLabel=english(body.words),
            skos_altLabel=english(acronym),
            ac_acronym=plain(acronym),
            ac_kind=code("body-kind", kind),
            ac_pillar=code("pillar", random.choice(CODES["pillar"])),
            **dated("established", date(random.randint(1970, 2000), random.randint(1, 12), 1)),
        )
        if number % 5:
            bodies.say(body.iri, ac_parent=ref(BODIES[number - number % 5].iri))
    yield bodies

    instruments = Graph(graph("instruments"))
    for instrument, kind in zip(INSTRUMENTS, CODES["instrument-kind"][:2] * len(THEMES), strict=True):
        instruments.say(
            instrument.iri,
            rdf_type=ac("Instrument"),
            skos_prefLabel=english(instrument.words),
            ac_kind=code("instrument-kind", kind),
            ac_pillar=code("pillar", random.choice(CODES["pillar"])),
            ac_adoptedBy=ref(random.choice(BODIES).iri),
            **dated("adopted", date(random.randint(1970, 2000), random.randint(1, 12), 1)),
        )
    yield instruments


def add_code(schemes: Graph, scheme: str, words: str, broader: str | None = None) -> None:
    """Add a code to a code list, and the list itself with its first code."""
    iri, notation = concept(scheme, slug(words)), slug(words)
    above = concept(scheme, "").removesuffix("/")
    schemes.say(above, rdf_type=prefixed("skos_ConceptScheme"), skos_prefLabel=english(scheme))
    schemes.say(
        iri,
        rdf_type=prefixed("skos_Concept"),
        skos_inScheme=ref(above),
        skos_notation=plain(notation),
        skos_prefLabel=english(words.capitalize()),
        skos_definition=english(f"All that concerns {words}."),
    )
    if broader:
        schemes.say(iri, skos_broader=code(scheme, slug(broader)))
    else:
        schemes.say(iri, skos_topConceptOf=ref(above))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause before it has its place: its verb, its words, and what they name by which property."""

    verb: str
    words: str
    names: list[tuple[str, Named]]


class Plan:
    """A plan while it is written: its text so far, and the graph of what is said of it."""

    def __init__(self, number: int, random: Random) -> None:
        self.random = random
        self.iri = plan_iri(number)
        self.source = source_iri(number)
        self.graph = Graph(graph(f"plan-{number}"))
        self.text = ""
        self.ordinals: Counter[str] = Counter()
        self.mentions = thing("mention", f"plan-{number}")
        self.succession, edition = divmod(number, SUCCESSION)
        self.before = plan_iri(number - 1) if edition else None
        self.first = 2001 + SUCCESSION * edition
        self.name = f"Plan of Action ({self.first}-{self.first + 4}) with Partner {self.succession}"

    def write(self) -> Graph:
        """Write the plan from its title to its last action."""
        self.register()
        self.quote(self.iri, self.append(self.name), self.name)
        for chapter in range(1, CHAPTERS + 1):
            above = self.section(f"{chapter}", f"Cooperation in {self.random.choice(THEMES)}", self.iri)
            for below in range(1, SECTIONS + 1):
                number, topic = f"{chapter}.{below}", self.random.choices(TOPICS, cum_weights=FREQUENCY)[0]
                section = self.section(number, topic.capitalize(), above)
                for action in range(1, ACTIONS + 1):
                    self.action(f"{number}.{action}", topic, section)
        self.graph.say(
            self.source,
            rdf_type=ac("SourceDocument"),
            skos_prefLabel=english(self.name),
            dcterms_isFormatOf=ref(self.iri),
            dc_rights=english("Generated to measure with."),
            ac_sha256=plain(hashlib.sha256(self.text.encode()).hexdigest()),
            ac_codePoints=typed(len(self.text), "integer"),
        )
        return self.graph

    def register(self) -> None:
        """Say what registers say of a plan and of the partner it is made with."""
        say, random = self.graph.say, self.random
        partner = thing("state", f"partner-{self.succession}")
        say(
            self.iri,
            rdf_type=[ac("Instrument"), ac("Plan")],
            skos_prefLabel=english(self.name),
            ac_kind=code("instrument-kind", "plan-of-action"),
            ac_pillar=code("pillar", random.choice(CODES["pillar"])),
            ac_party=ref(partner),
            ac_adoptedBy=ref(random.choice(BODIES).iri),
            ac_implementsInstrument=ref(random.choice(INSTRUMENTS).iri),
            **dated("adopted", date(self.first - 1, random.randint(1, 12), random.randint(1, 28))),
            **dated("periodStarts", date(self.first, 1, 1)),
            **dated("periodEnds", date(self.first + 4, 12, 31)),
        )
        if self.before:
            say(self.iri, ac_supersedes=ref(self.before))
            say(self.before, ac_supersededBy=ref(self.iri))
        else:
            say(partner, rdf_type=ac("State"), skos_prefLabel=english(f"Partner {self.succession}"))

    def append(self, line: str) -> int:
        """Append a line to the text; return the offset of its first code point."""
        start = len(self.text)
        self.text += line + "\n"
        return start

    def quote(self, iri: str, start: int, words: str) -> None:
        """Say where a part stands in the text."""
        self.graph.say(
            iri,
            ac_startOffset=typed(start, "integer"),
            ac_endOffset=typed(start + len(words), "integer"),
            prov_wasQuotedFrom=ref(self.source),
        )

    def part(self, path: str, whole: str, start: int, words: str) -> str:
        """Say what the section, action or clause at `path` is; return its IRI."""
        iri, kind = part(self.iri, path), path.split("/")[-2]
        number = path.partition("/")[2].replace("/clause/", "/")
        self.ordinals[kind] += 1
        self.graph.say(
            iri,
            rdf_type=ac(kind.capitalize()),
            skos_prefLabel=english(f"{self.name}, {kind} {number}"),
            skos_notation=plain(number),
            ac_ordinal=typed(self.ordinals[kind], "integer"),
            ac_text=english(words),
            dcterms_isPartOf=ref(whole),
        )
        self.quote(iri, start, words)
        return iri

    def section(self, number: str, words: str, whole: str) -> str:
        """Write a section's heading; return its IRI."""
        return self.part(f"section/{number}", whole, self.append(words), words)

    def action(self, number: str, topic: str, section: str) -> None:
        """Write an action of one or two clauses and say what it names."""
        clauses = [self.clause(topic) for _ in range(self.random.choice((1, 1, 2)))]
        words = ", and ".join(clause.words for clause in clauses)
        start = self.append(words)
        iri = self.part(f"action/{number}", section, start, words)
        self.graph.say(iri, ac_topic=code("topic", slug(topic)), ac_leadVerb=code("verb", clauses[0].verb))
        for ordinal, clause in enumerate(clauses, start=1):
            here = start + words.index(clause.words)
            coded = self.part(f"action/{number}/clause/{ordinal}", iri, here, clause.words)
            self.graph.say(coded, ac_leadVerb=code("verb", clause.verb))
            for scheme in ("continuity", "direction", "firmness", "precision"):
                self.graph.say(coded, **{f"ac_{scheme}": code(scheme, self.random.choice(CODES[scheme]))})
            for relation, named in clause.names:
                self.mention(iri, relation, named, here + clause.words.index(named.words))

    def clause(self, topic: str) -> Clause:
        """Word a clause on a topic."""
        random = self.random
        verb = random.choice(CODES["verb"])
        body = random.choices(BODIES, cum_weights=FREQUENCY)[0]
        words = f"{verb} {random.choice(AIMS)} in {topic} through {random.choice(MEANS)} with the {body.words}"
        names = [("cooperatesWith", body)]
        if random.random() < 0.3:
            instrument = random.choice(INSTRUMENTS)
            words += f", in line with the {instrument.words}"
            names.append(("references", instrument))
        return Clause(verb, words, names)

    def mention(self, part: str, relation: str, named: Named, start: int) -> None:
        """Say that a part names something in the words that begin at `start`."""
        say, end = self.graph.say, start + len(named.words)
        mention = f"{self.mentions}/{start}-{end}"
        target, position, quote = (f"{mention}#{name}" for name in ("target", "position", "quote"))
        say(part, **{"ac_mentions": ref(named.iri), f"ac_{relation}": ref(named.iri)})
        say(
            mention,
            rdf_type=ac("Mention"),
            skos_prefLabel=english(f"Mention of the {named.words}"),
            rdf_subject=ref(part),
            rdf_predicate=[ac("mentions"), ac(relation)],
            rdf_object=ref(named.iri),
            oa_motivatedBy=prefixed("oa_identifying"),
            oa_hasBody=ref(named.iri),
            oa_hasTarget=ref(target),
            prov_hadPrimarySource=ref(self.source),
            itsrdf_taConfidence=typed(0.9, "decimal"),
            ac_confidence=code("confidence", "high"),
            ac_foundBy=code("mention-rule", "name"),
            ac_reviewStatus=code("review-status", "confirmed"),
            ac_standing=code("standing", "preferred"),
        )
        say(
            target,
            rdf_type=prefixed("oa_SpecificResource"),
            oa_hasSource=ref(self.source),
            oa_hasSelector=[ref(position), ref(quote)],
        )
        say(
            position,
            rdf_type=prefixed("oa_TextPositionSelector"),
            oa_start=typed(start, "integer"),
            oa_end=typed(end, "integer"),
        )
        say(quote, rdf_type=prefixed("oa_TextQuoteSelector"), oa_exact=plain(named.words))


def plan_iri(number: int) -> str:
    """Return the IRI of a plan, counted from 0."""
    return thing("instrument", f"plan-{number}")


def source_iri(number: int) -> str:
    """Return the IRI of the edition of a plan, counted from 0."""
    return thing("source", f"plan-{number}")


def quads(triples: int, seed: int = 42) -> Iterator[str]:
    """Yield lines of N-Quads, at least as many as `triples`, up to the end of a plan."""
    written = 0
    for one in registers(Random(seed)):
        yield from one
        written += len(one.triples)
    for number in count():
        if written >= triples:
            return
        one = Plan(number, Random(f"{seed}/{number}")).write()
        yield from one
        written += len(one.triples)


def main() -> None:
    """Write to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=int, help="how many triples to reach")
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    sys.stdout.writelines(quads(options.triples, options.seed))


if __name__ == "__main__":
    main()
