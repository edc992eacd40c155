"""What the page of a thing shows by its kind."""

import pyoxigraph as ox
import pytest

from aseancan_kg.catalogue.aspects import aspects
from aseancan_kg.catalogue.codings import Codings
from aseancan_kg.catalogue.kinds import BY_NAME
from aseancan_kg.catalogue.listing import Listing
from aseancan_kg.catalogue.succession import succession
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES, concept, thing
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = thing("instrument", "asean-canada-poa-2021-2025")
RDF, SKOS, DCTERMS = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["dcterms"]


@pytest.fixture(scope="module")
def shown(served):
    """Return what gives the aspects of a thing by name."""

    def shown(iri):
        types = [quad.object.value for quad in served.about([iri])[iri] if quad.predicate.value == f"{RDF}type"]
        return dict(aspects(served, iri, types))

    return shown


def made(*triples):
    """Return a store of triples; a name with a colon is an IRI with that prefix, or one of our things."""

    def term(name):
        prefix, colon, local = name.partition(":")
        return ox.NamedNode(PREFIXES.get(prefix, f"{ID}{prefix}/") + local) if colon else ox.Literal(name)

    quads = [ox.Quad(*map(term, triple)) for triple in triples]
    return EmbeddedStore(quads, version="v", union_default_graph=True)


def test_an_instrument_stands_in_line_and_is_found_where_it_is_named(shown):
    found = shown(PLAN)
    assert [(one.period, one.adopted) for one in found["succession"].line][-1] == ("2021–2025", "2020-09-10")
    assert found["succession"].line[0].link.label.endswith("(2010-2015)")
    (words, (declaration,)) = found["succession"].related[0]
    assert (words, declaration.adopted) == ("Implements", "2009-07-22")
    passage = next(one for one in found["passages"].shown if one.number == "8.1.1")
    assert [run.text for run in passage.runs if run.mention] == ["this Plan of Action"]
    assert PLAN not in {one.part.iri for one in found["passages"].shown}


def test_a_line_is_followed_from_either_end_and_a_circle_ends():
    store = made(
        ("instrument:a", "ac:supersededBy", "instrument:b"),
        ("instrument:c", "ac:supersedes", "instrument:b"),
        ("instrument:c", "ac:supersededBy", "instrument:a"),
        *(
            (f"instrument:{name}", "ac:adoptedEarliest", year)
            for name, year in (("a", "2001"), ("b", "2002"), ("c", "2003"))
        ),
    )
    line = succession(store, thing("instrument", "b")).line
    assert [one.link.label for one in line] == ["a", "b", "c"]
    assert succession(store, thing("instrument", "z")) is None


def test_a_body_stands_between_what_is_above_and_below(shown):
    found = shown(thing("body", "asean-secretariat"))
    assert [one.label for one in found["hierarchy"].above] == ["Association of Southeast Asian Nations"]
    assert [one.label for one in found["hierarchy"].below] == ["Secretary-General of ASEAN"]
    assert found["hierarchy"].founded == "1976-02-24"
    assert "meetings" not in found


def test_a_body_that_is_its_own_parent_has_an_end():
    store = made(("body:a", "ac:parent", "body:b"), ("body:b", "ac:parent", "body:a"))
    found = dict(aspects(store, thing("body", "a"), [f"{ONT}Body"]))
    assert [one.label for one in found["hierarchy"].above] == ["b"]


def test_a_meeting_has_neighbours_and_what_was_said_at_it(shown):
    found = shown(thing("meeting", "20th-asean-canada-dialogue"))
    assert (found["neighbours"].before.link.label, found["neighbours"].after.link.label) == (
        "19th ASEAN-Canada Dialogue",
        "21st ASEAN-Canada Dialogue",
    )
    assert len(found["statements"]) == 33
    first = found["statements"][0]
    assert first.quotation == "reaffirmed their commitment"
    assert {up.part.label.rpartition(", ")[2] for up in first.takes_up} >= {"preamble", "action 1.1.1"}
    assert sum(one.takes_up_nothing for one in found["statements"]) == 3
    series = shown(thing("mechanism", "asean-canada-dialogue"))["meetings"]
    assert [one.when for one in series] == sorted((one.when for one in series), reverse=True)


def test_posts_and_parts_are_seen_from_every_side(shown):
    person = thing("person", "amran-mohamed-zin")
    own = shown(person)["roles"]
    assert (own.held[0].words, own.held[0].when) == ("Secretary-General", "as of 2025-07")
    assert person not in {end.iri for one in (*own.held, *own.taken) for end in one.ends}
    meeting = shown(thing("meeting", "20th-asean-canada-dialogue"))["roles"]
    assert any(one.words.startswith("co-chair, ") and person in {end.iri for end in one.ends} for one in meeting.taken)
    assert {one.when for one in meeting.taken} == {None}  # it is the page of that day
    assert "2004–2006" in [one.when for one in shown(thing("post", "country-coordinator-canada"))["roles"].held]
    assert shown(thing("state", "canada"))["roles"].taken[0].when == "2023-05-30"


def test_a_posts_terms_stand_in_the_order_of_time_and_those_without_a_day_last(shown):
    post = shown(thing("post", "adm-indo-pacific-gac"))["roles"]
    days = [one.when for one in post.held]
    assert days[:4] == ["as of 2025-11-19", "as of 2023-05-30", "as of 2021-07-13", "as of 2020-08-11"]
    assert days[4:] == [None]
    assert [one.when for one in post.taken] == sorted((one.when for one in post.taken), reverse=True)


def test_a_clause_stands_in_its_action_and_tells_who_acts(shown):
    found = shown(f"{PLAN}/action/1.2.6/clause/1")["clause"]
    assert (found.position, found.action.part.number, found.action.plan.iri) == (1, "1.2.6", PLAN)
    assert ("addressee", ("ASEAN Regional Mine Action Centre (ARMAC)",)) in [
        (one.label, texts) for one, texts in found.told
    ]
    assert (found.before, found.after) == ("", "")  # nothing but a semicolon is left of the action
    second = shown(f"{PLAN}/action/1.3.2/clause/2")["clause"]
    assert second.position == 2
    assert f"{second.before}{second.clause.text}{second.after}" == second.action.part.text
    alike = "Meet and meet again, and meet"
    twice = made(
        ("instrument:p", "rdf:type", "ac:Plan"),
        ("instrument:p/action/1", "rdf:type", "ac:Action"),
        ("instrument:p/action/1", "dcterms:isPartOf", "instrument:p"),
        ("instrument:p/action/1", "ac:text", alike),
        ("instrument:p/action/1", "ac:startOffset", "100"),
        ("instrument:p/action/1", "ac:endOffset", str(100 + len(alike) + 1)),  # white space of one more was collapsed
        ("clause:2", "rdf:type", "ac:Clause"),
        ("clause:2", "dcterms:isPartOf", "instrument:p/action/1"),
        ("clause:2", "ac:text", "meet"),
        ("clause:2", "ac:startOffset", str(100 + alike.rindex("meet") + 1)),
        ("clause:2", "ac:endOffset", str(100 + len(alike) + 1)),
    )
    last = dict(aspects(twice, thing("clause", "2"), [f"{ONT}Clause"]))["clause"]
    assert (last.before, last.after) == ("Meet and meet again, and ", "")
    alone = made(("clause:x", "ac:text", "Words"), ("clause:x", "rdf:type", "ac:Clause"))
    assert aspects(alone, thing("clause", "x"), [f"{ONT}Clause"]) == []


def test_a_statement_tells_who_spoke_of_what_and_how_it_is_known(shown):
    found = shown(thing("statement", "d20-s01-reaffirmed-partnership"))["statement"]
    assert ([one.label for one in found.speakers], found.meeting.label, found.form) == (
        ["Association of Southeast Asian Nations", "Canada"],
        "20th ASEAN-Canada Dialogue",
        "Paraphrase",
    )
    assert [one.label for one in found.made_in] == ["Press release on the 20th ASEAN-Canada Dialogue"]
    assert [one.label for one in found.reported_in] == ["Newspaper report of the 20th ASEAN-Canada Dialogue"]


@pytest.mark.parametrize(
    ("slug", "verb"),
    [
        ("d20-s01-reaffirmed-partnership", None),  # the quotation has it: "reaffirmed their commitment"
        ("d20-s07-exchanged-views", None),  # "exchange views"
        ("d20-s20-encouraged-cybersecurity", "encouraged"),
        ("d20-s04-dated-29-30-may", "said"),  # in a post that describes the meeting
        ("d20-s02-held-20th-dialogue", "reported"),  # by the newspaper itself
    ],
)
def test_a_statement_has_the_verb_that_its_quotation_lacks(shown, slug, verb):
    assert shown(thing("statement", slug))["statement"].verb == verb


def test_a_state_tells_what_it_belongs_to_what_it_joined_and_what_it_said(shown):
    found = shown(thing("state", "canada"))["party"]
    assert "ASEAN Regional Forum" in [one.label for one in found.memberships]
    acts = {
        one.instrument.iri.removeprefix(ID): [(act.link.label, act.when) for act in one.acts]
        for one in found.instruments
    }
    assert acts["instrument/tac-1976"] == [("Acceded", "2010-07-23")]
    assert [label for label, _ in acts["instrument/unclos-1982"]] == ["Signed", "Ratified", "Entered into force for it"]
    assert acts["instrument/un-tip-protocol-2000"] == [("Signed", None), ("Ratified", "2002-05-13")]
    assert PLAN.removeprefix(ID) in acts
    assert len(found.statements) == 10
    assert aspects(made(("state:x", "rdf:type", "ac:State")), thing("state", "x"), [f"{ONT}State"]) == []


def test_who_only_signed_an_instrument_has_not_joined_it(shown):
    found = shown(thing("state", "cambodia"))["party"]
    assert [one.instrument.label for one in found.signed] == ["United Nations Convention on the Law of the Sea"]
    joined = {one.instrument.iri.removeprefix(f"{ID}instrument/") for one in found.instruments}
    assert "unclos-1982" not in joined
    assert {"tac-1976", "asean-charter", "asean-agreement-electronic-commerce"} <= joined  # the last as a party


def test_a_topic_tells_its_actions_by_chapter_and_a_verb_each_action_once(shown):
    found = shown(concept("topic", "cybersecurity"))["concept"]
    assert [(chapter.label, [one.number for one in ones]) for chapter, ones in found.chapters] == [
        ("4 Cross-Pillar Cooperation", ["4.2.3", "4.2.4"])
    ]
    assert "Cybercrime" in [one.label for one in found.related]
    verb = shown(concept("verb", "support"))["concept"]
    numbers = [one.number for _, ones in verb.chapters for one in ones]
    assert len(numbers) == len(set(numbers)) == verb.count
    assert all("/" not in number for number in numbers)


def test_a_topic_has_the_actions_that_it_is_browsed_by_those_on_narrower_topics_too(shown, served):
    listing = Listing(served, BY_NAME["action"])
    topics = [quad.subject.value for quad in served.quads(predicates=[ox.NamedNode(f"{SKOS}narrower")])]
    topics = topics or [quad.object.value for quad in served.quads(predicates=[ox.NamedNode(f"{SKOS}broader")])]
    for topic in {one for one in topics if one.startswith(concept("topic", ""))}:
        browsed = listing.matching(listing.selection([("topic", topic.rpartition("/")[2])]))
        assert shown(topic)["concept"].count == len(browsed)
    (_, ones), *_ = shown(concept("topic", "agriculture"))["concept"].chapters
    assert "Food security and nutrition" in [topic.label for topic in ones[0].narrower]


def test_a_goal_tells_the_actions_on_it_and_on_its_targets_and_how_sure_that_is(shown, served):
    goal = "http://metadata.un.org/sdg/7"
    found = shown(goal)["concept"]
    query = (
        f"SELECT DISTINCT ?action {{ ?coding <{RDF}predicate> <{ONT}sdg> ; <{RDF}subject> ?action ; "
        f"<{RDF}object>/<{PREFIXES['sdgo']}isTargetOf>? <{goal}> }}"
    )
    told = {one.link.iri for _, ones in found.chapters for one in ones}
    assert told == {row["action"].value for row in served.rows(query)} > set()
    assert found.count == len(told)
    (action,) = [one for _, ones in found.chapters for one in ones if one.number == "2.3.2"]
    assert [(one.code.label, one.basis, one.confidence) for one in action.codes] == [
        ("SDG target 7.2", "Inferred", "High"),
        ("SDG target 7.3", "Inferred", "Medium"),
        ("SDG target 7.a", "Inferred", "High"),
    ]
    assert [one.label for one in found.narrower][:2] == ["SDG target 7.1", "SDG target 7.2"]
    target = shown(f"{goal}.2")["concept"]
    assert {one.link.iri for _, ones in target.chapters for one in ones} < told
    assert [one.iri for one in target.broader] == [goal]


def test_an_action_has_neighbours_across_sections(shown):
    found = shown(f"{PLAN}/action/1.3.1")["place"]
    assert (found.before.label, found.after.label) == ("1.2.7", "1.3.2")
    assert shown(f"{PLAN}/action/1.1.1")["place"].before is None
    assert found.part.uptakes[0].match == "Full"
    assert shown(f"{PLAN}/section/1.2")["place"].part.text == "Security Cooperation"


def test_a_statement_node_is_a_sentence(shown):
    coding = f"{ID}coding/plan-of-action-2021-2025/rules/action/1.2.6/clause/1/firmness"
    found = shown(coding)["claim"]
    assert ([one.label for one in found.by], found.subject.label, found.property.label, found.value.text) == (
        ["Rules"],
        "ASEAN-Canada Plan of Action (2021-2025), action 1.2.6, clause 1",
        "firmness",
        "Firm",
    )
    mention = shown(f"{ID}mention/plan-of-action-2021-2025/5673-5714")["claim"]
    assert (mention.property.label, mention.words) == (
        "cooperates with",
        ("ASEAN Regional Mine Action Centre (ARMAC)",),
    )
    assert shown(f"{ID}assertion/body/accc/acronym")["claim"].value.text == "ACCC"


def test_what_is_no_thing_of_these_kinds_has_no_aspects(served, shown):
    assert shown(thing("source", "plan-of-action-2021-2025")) == {}
    assert aspects(served, "http://e/a", []) == []
    bare = made(("assertion:x", "rdf:subject", "body:a"))
    assert aspects(bare, thing("assertion", "x"), [f"{ONT}Assertion"]) == []


def test_who_is_preferred_comes_first_and_only_those_who_differ_are_told():
    def coding(name, clause, coder, code, standing):
        return [
            (f"coding:{name}", "rdf:type", "ac:Coding"),
            (f"coding:{name}", "rdf:subject", f"clause:{clause}"),
            (f"coding:{name}", "rdf:predicate", "ac:firmness"),
            (f"coding:{name}", "rdf:object", f"firmness:{code}"),
            (f"coding:{name}", "ac:coder", f"coder:{coder}"),
            (f"coding:{name}", "ac:standing", f"standing:{standing}"),
        ]

    store = made(
        *coding("1", "a", "reader", "firm", "preferred"),
        *coding("2", "a", "another", "firm", "concurring"),
        *coding("3", "a", "all-rules", "soft", "rival"),
        *coding("4", "b", "all-rules", "soft", "rival"),
    )
    codings = Codings(store, [thing("clause", "a"), thing("clause", "b")])
    (judged,) = codings.of(thing("clause", "a"))
    assert [one.code.label for one in judged.codes] == ["firm"]
    assert [(coder.label, [one.code.label for one in codes]) for coder, codes in judged.others] == [
        ("all rules", ["soft"])
    ]
    (alone,) = codings.of(thing("clause", "b"))
    assert (alone.codes, [coder.label for coder, _ in alone.others]) == ((), ["all rules"])
    assert codings.of(f"{BASE}id/clause/c") == ()
