import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import DC, DCTERMS, OWL, PROV, RDF, SKOS, XSD, BNode, Dataset, Graph, Literal, Namespace, URIRef

from aseancan_kg import namespaces, settings
from aseancan_kg.build import dataset as datasets
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.text import collapse
from aseancan_kg.errors import InvalidData, InvalidTables, SyntaxProblem

AC = Namespace(namespaces.ONT)
PLAN_SLUG = "asean-canada-poa-2021-2025"
PLAN = URIRef(namespaces.thing("instrument", PLAN_SLUG))
INSTRUMENTS = "data/registers/instruments.csv"
CODINGS = "data/codings/plan-of-action-2021-2025"
EDITION = settings.resources() / "data" / "sources" / "plan-of-action-2021-2025.txt"


def test_the_plan_has_its_parts(union: Graph) -> None:
    assert (PLAN, RDF.type, AC.Plan) in union
    assert len(set(union.subjects(RDF.type, AC.Section))) == 32
    actions = sorted(union.subjects(RDF.type, AC.Action), key=lambda action: union.value(action, AC.ordinal))
    assert len(actions) == 106
    assert str(union.value(actions[0], SKOS.notation)) == "1.1.1"
    assert str(union.value(actions[-1], SKOS.notation)) == "8.1.3"


def test_actions_without_a_printed_heading_stand_in_their_chapter(union: Graph) -> None:
    assert (PLAN + "/action/5.1.1", DCTERMS.isPartOf, PLAN + "/section/5") in union
    assert (PLAN + "/section/5.1", None, None) not in union
    assert {str(number) for number in union.objects(None, AC.impliedNumber)} == {"5.1", "6.1", "7.1", "8.1"}


def test_slicing_the_edition_gives_every_text_back(union: Graph) -> None:
    edition = EDITION.read_bytes().decode()
    quoted = [subject for subject in union.subjects(PROV.wasQuotedFrom) if (subject, AC.text, None) in union]
    assert len(quoted) == 131 + 106 + 32 + 1
    for subject in quoted:
        start, end = union.value(subject, AC.startOffset), union.value(subject, AC.endOffset)
        assert collapse(edition[int(start) : int(end)]) == str(union.value(subject, AC.text))


def test_everything_of_ours_has_one_label(union: Graph) -> None:
    """An IRI with # names a part of a document that has a label; what is no longer in use stands in no list."""
    subjects = {subject for subject in union.subjects() if str(subject).startswith(namespaces.ID)}
    subjects -= set(union.subjects(OWL.deprecated, Literal(True)))
    ours = {subject for subject in subjects if "#" not in subject}
    assert len(ours) > 9000
    assert {URIRef(subject.partition("#")[0]) for subject in subjects - ours} <= ours
    unlabelled = [subject for subject in ours if len(list(union.objects(subject, SKOS.prefLabel))) != 1]
    assert unlabelled == []


def test_data_graphs_have_no_blank_nodes(dataset: Dataset) -> None:
    with_blank_nodes = {
        str(graph).removeprefix(namespaces.GRAPH)
        for subject, _, object_, graph in dataset.quads()
        if isinstance(subject, BNode) or isinstance(object_, BNode)
    }
    assert with_blank_nodes <= {"ontology", "shapes"}


def test_no_triple_stands_in_two_graphs(dataset: Dataset, union: Graph) -> None:
    """Else the service has to keep the merge of all graphs beside them, in twice the memory and half again the time."""
    assert sum(len(graph) for graph in dataset.graphs()) == len(union)


def test_dates_keep_their_precision_and_can_be_compared(union: Graph) -> None:
    phase = URIRef(namespaces.thing("instrument", "apaec-phase-2-2021-2025"))
    assert union.value(phase, AC.adoptedOn).n3() == f'"2020-11"^^<{XSD.gYearMonth}>'
    assert str(union.value(phase, AC.adoptedEarliest)) == "2020-11-01"
    assert str(union.value(phase, AC.adoptedLatest)) == "2020-11-30"


def test_a_contested_fact_keeps_all_versions_and_one_preference(union: Graph) -> None:
    treaty = URIRef(namespaces.thing("instrument", "seanwfz-treaty-1995"))
    assert [str(value) for value in union.objects(treaty, AC.enteredIntoForceOn)] == ["1997-03-27"]
    versions = {
        str(union.value(assertion, RDF.object)): str(union.value(assertion, AC.standing)).rpartition("/")[2]
        for assertion in union.subjects(RDF.subject, treaty)
        if union.value(assertion, RDF.predicate) == AC.enteredIntoForceOn
    }
    assert versions == {"1997-03-27": "preferred", "1997-03-28": "rival"}


def test_where_nothing_is_preferred_nothing_is_said_directly(union: Graph) -> None:
    fund = URIRef(namespaces.thing("fund", "asean-canada-trust-fund"))
    assert list(union.objects(fund, AC.establishedOn)) == []
    rivals = [node for node in union.subjects(RDF.subject, fund) if "rival" in str(union.value(node, AC.standing))]
    assert [str(union.value(node, RDF.object)) for node in rivals] == ["2023"]


def test_every_assertion_has_a_source_and_a_confidence(union: Graph) -> None:
    assertions = set(union.subjects(RDF.type, AC.Assertion))
    assert len(assertions) > 3000
    assert assertions == set(union.subjects(PROV.hadPrimarySource)) & assertions
    assert assertions == set(union.subjects(AC.confidence)) & assertions


def test_every_source_has_a_rights_note_and_what_is_known_of_it(union: Graph) -> None:
    documents = set(union.subjects(RDF.type, AC.SourceDocument))
    assert documents == set(union.subjects(DC.rights)) & documents
    page = URIRef(
        "https://www.pm.gc.ca/en/news/statements/2023/09/06/joint-leaders-statement-asean-canada-strategic-partnership"
    )
    assert str(union.value(page, DC.publisher)) == "Office of the Prime Minister of Canada"
    assert str(union.value(page, DCTERMS.issued)) == "2023-09-06"


def test_only_what_we_author_is_licensed_by_us(dataset: Dataset) -> None:
    description = dataset.graph(URIRef(namespaces.DESCRIPTION_GRAPH))
    plan, registers = (URIRef(namespaces.graph(name)) for name in ("plan-of-action-2021-2025", "instruments"))
    assert description.value(plan, DCTERMS.license) is None
    assert description.value(plan, DC.rights) is not None
    assert description.value(registers, DCTERMS.license) is not None


def test_a_thing_has_one_acronym_and_any_number_of_further_names(union: Graph) -> None:
    imo = URIRef(namespaces.thing("body", "imo"))
    assert [str(acronym) for acronym in union.objects(imo, AC.acronym)] == ["IMO"]
    assert Literal("IMCO", lang="en") in set(union.objects(imo, SKOS.altLabel))


def test_supersession_is_told_in_both_directions(union: Graph) -> None:
    forward = set(union.subject_objects(AC.supersedes))
    assert len(forward) == 30
    assert {(new, old) for old, new in union.subject_objects(AC.supersededBy)} == forward


def topic(code: str) -> URIRef:
    return URIRef(namespaces.concept("topic", code))


def test_a_code_stands_below_and_beside_others_and_has_other_names(union: Graph) -> None:
    assert set(union.objects(topic("economic-integration"), SKOS.broader)) == {
        *(topic("regional-integration"), topic("economic-development")),
    }
    for one, other in (("dialogue-relations", "asean-centrality"), ("asean-centrality", "dialogue-relations")):
        assert (topic(one), SKOS.related, topic(other)) in union
    assert Literal("dialogue partnership", lang="en") in set(union.objects(topic("dialogue-relations"), SKOS.altLabel))
    assert union.value(topic("dialogue-relations"), SKOS.scopeNote)
    scheme = URIRef(namespaces.SCHEME + "topic")
    tops = set(union.subjects(SKOS.topConceptOf, scheme))
    assert tops == {one for one in union.subjects(SKOS.inScheme, scheme) if (one, SKOS.broader, None) not in union}


def test_an_alignment_says_what_it_leads_to_and_when_that_was_checked(union: Graph) -> None:
    node = URIRef(namespaces.thing("assertion", "concept/meeting-mode/in-person/1"))
    target = URIRef("http://schema.org/OfflineEventAttendanceMode")
    assert (URIRef(namespaces.concept("meeting-mode", "in-person")), SKOS.closeMatch, target) in union
    assert union.value(node, AC.targetLabel) == Literal("OfflineEventAttendanceMode", lang="en")
    assert union.value(node, AC.checkedOn) == Literal("2026-11-23", datatype=XSD.date)
    locator = f"data/registers/alignments.csv#meeting-mode/in-person · closeMatch · {target}/target"
    assert str(union.value(node, AC.locator)) == locator


def test_the_codes_of_the_ordinal_are_a_list_from_the_lowest_to_the_highest(union: Graph) -> None:
    collection = URIRef(namespaces.SCHEME + "project-ordinal#order")
    listed = list(union.items(union.value(collection, SKOS.memberList)))
    places = ("tentative", "directed", "specified", "deliverable")
    assert listed == [URIRef(namespaces.concept("project-ordinal", place)) for place in places]
    assert [int(union.value(place, AC.rank)) for place in listed] == [1, 2, 3, 4]
    assert set(union.objects(collection, SKOS.member)) == set(listed)


def test_a_statement_tells_by_which_documents_it_came_down_to_us(union: Graph) -> None:
    statement = URIRef(namespaces.thing("statement", "d20-s01-reaffirmed-partnership"))
    steps = {
        int(union.value(step, AC.stepNumber)): union.value(step, AC.document)
        for step in union.objects(statement, AC.reportingStep)
    }
    slugs = ("news-20th-asean-canada-dialogue", "asean-secretariat-release-20th-dialogue")
    assert steps == {number: URIRef(namespaces.thing("source", slug)) for number, slug in enumerate(slugs, start=1)}
    assert set(union.objects(statement, AC.reportedThrough)) == set(steps.values())


def test_what_a_party_did_is_labelled_in_words(union: Graph) -> None:
    act = URIRef(namespaces.thing("party-action", "tac-1976-indonesia-signed"))
    label = "Indonesia signed: Treaty of Amity and Cooperation in Southeast Asia"
    assert list(union.objects(act, SKOS.prefLabel)) == [Literal(label, lang="en")]


def test_a_fact_is_traced_to_its_register_cell(built: Built) -> None:
    actip = URIRef(namespaces.thing("instrument", "actip-2015"))
    place = built.tracer.locate(actip, AC.adoptedOn, None)
    assert place is not None
    assert str(place.file).endswith("instruments.csv")
    assert place.column == "adopted"
    assert built.tracer.locate(actip, RDF.type, None) == replace(place, column=None)
    assert built.tracer.locate(BNode(), None, None) is None


def test_a_coding_is_traced_to_its_row(built: Built) -> None:
    action, armac = PLAN + "/action/1.2.6", URIRef(namespaces.thing("body", "armac"))
    place = built.tracer.locate(action, AC.cooperatesWith, armac)
    assert place is not None
    assert str(place.file).endswith("mentions.csv")
    clause = action + "/clause/1"
    firmness = next(built.union.objects(clause, AC.firmness))
    assert str(built.tracer.locate(clause, AC.firmness, firmness).file).endswith("codings.csv")


def test_the_dataset_describes_itself_truly(dataset: Dataset) -> None:
    description = dataset.graph(URIRef(namespaces.DESCRIPTION_GRAPH))
    void = Namespace(namespaces.PREFIXES["void"])
    node = URIRef(namespaces.BASE + "dataset")
    described = {quad[:3] for quad in dataset.quads() if quad[3] != description.identifier}
    assert int(description.value(node, void.triples)) == len(described)
    for graph in dataset.graphs():
        if len(graph):
            assert int(description.value(graph.identifier, void.triples)) == len(graph)
    linksets = set(description.subjects(RDF.type, void.Linkset))
    assert linksets <= set(description.objects(node, void.subset))
    for linkset in linksets:
        target = description.value(linkset, void.objectsTarget)
        predicate, space = description.value(linkset, void.linkPredicate), str(description.value(target, void.uriSpace))
        links = [triple for triple in described if triple[1] == predicate and str(triple[2]).startswith(space)]
        assert int(description.value(linkset, void.triples)) == len(links)
    partition = node + "#class-ac-Action"
    assert int(description.value(partition, void.entities)) == 106


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(settings.resources() / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (
            lambda root: edit(root / INSTRUMENTS, f"{PLAN_SLUG},2021-2025 Plan", f"{PLAN_SLUG},The Plan"),
            InvalidData,
            "the text gives another title",
        ),
        (
            lambda root: edit(root / "data/sources/plan-of-action-2021-2025.toml", PLAN_SLUG, "lost"),
            InvalidData,
            "its instrument “lost” is in no register",
        ),
        pytest.param(
            lambda root: edit(root / "ontology/aseancan.ttl", "a owl:Ontology ;", "a owl:Ontology "),
            SyntaxProblem,
            "aseancan.ttl, line",
            marks=pytest.mark.proof,  # it is read last
        ),
        (
            lambda root: edit(root / "data/registers/states.csv", "CA,Ottawa", "CA,Ottawa,,"),
            InvalidData,
            "states.csv, row 2: 11 cells",
        ),
        (
            lambda root: edit(root / CODINGS / "mentions.csv", "title,Joint Declaration", "title,Common Declaration"),
            InvalidTables,
            r"mentions\.csv, row 3, column quote: “Common Declaration .* does not stand in title",
        ),
        (
            lambda root: edit(root / CODINGS / "clauses.csv", "Strengthen the existing", "Strengthen existing"),
            InvalidTables,
            r"clauses\.csv, row 2, column text: “Strengthen existing .* does not follow in action/1\.1\.1",
        ),
        (
            lambda root: edit(root / CODINGS / "codings.csv", "first-reading,1.1.1/1", "first-reading,1.1.1/9"),
            InvalidTables,
            r"codings\.csv, row 2, column clause: there is no clause action/1\.1\.1/clause/9",
        ),
        (
            lambda root: edit(root / "data/sources/un-sdg-kos.csv", "End poverty", "Halve poverty"),
            InvalidData,
            r"un-sdg-kos\.csv: its sha256 is",
        ),
    ],
)
def test_what_does_not_agree_stops_the_build(
    checkout: Path, spoil: Callable[[Path], None], error: type[Exception], message: str
) -> None:
    spoil(checkout)
    with pytest.raises(error, match=message):
        datasets.build(checkout, lambda step: None)


@pytest.mark.proof  # it builds everything once more
def test_the_version_tells_one_content_from_another(built: Built, checkout: Path) -> None:
    edit(checkout / "data/registers/states.csv", "Ottawa", "Ottawa (Ontario)")
    changed = datasets.build(checkout, lambda step: None)
    assert changed.version != built.version
    assert built.release.version == settings.VERSION
    assert changed.release.version == f"{settings.VERSION}+unreleased"
    number = changed.union.value(URIRef(f"{namespaces.BASE}dataset"), URIRef(f"{namespaces.PREFIXES['dcat']}version"))
    assert str(number) == changed.release.version
    canada = URIRef(namespaces.thing("state", "canada"))
    assert (canada, AC.capital, Literal("Ottawa (Ontario)", lang="en")) in changed.union
