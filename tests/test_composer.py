"""What edits of the desk come to: the quads that the next build will make, and what is wrong with them."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rdflib import URIRef

from aseancan_kg import namespaces, settings, validation
from aseancan_kg.build import dataset as datasets
from aseancan_kg.build import registers
from aseancan_kg.composer import Composer
from aseancan_kg.desk.history import contained
from aseancan_kg.edits import MARK, Edit, Mark, difference
from aseancan_kg.errors import Conflict, InputError, InvalidData, NotFound, SyntaxProblem
from aseancan_kg.namespaces import BASE, DESCRIPTION_GRAPH, HISTORY_GRAPH

INSTRUMENTS, ACTIP = "registers/instruments", "actip-2015"
NEW = {
    "slug": "new-declaration-2024",
    "title": "Declaration on a New Thing",
    "kind": "declaration",
    "adopted": "2024-10-09",
    "sources": "https://asean.org/new-declaration",
    "confidence": "medium",
}


@pytest.fixture(scope="module")
def composer(built) -> Composer:
    return Composer(settings.resources(), built)


def edited(composer, table, key, **cells):
    row = composer.row(table, key)
    return difference(table, key, row, {**row, **cells})


def today():
    return datetime.now(UTC).date().isoformat()


def new(table, **cells):
    return Edit(table, cells["slug"], None, {name: cell for name, cell in cells.items() if cell})


def test_a_cell_becomes_the_quads_that_it_changes_and_no_others(composer, union):
    before = len(union)
    composition = composer.compose([edited(composer, INSTRUMENTS, ACTIP, adopted_place="Kuala Lumpur")])
    assert not composition.results
    for lines, place in (
        (composition.added, '"Kuala Lumpur"@en'),
        (composition.removed, '"Kuala Lumpur, Malaysia"@en'),
    ):
        assert [line.split(" ", 2)[1].rpartition("#")[2] for line in lines] == ["object>", "adoptedPlace>"]
        assert all(f"{place} <https://w3id.org/aseancan/graph/instruments> .\n" in line for line in lines)
    assert len(union) == before


@pytest.mark.proof
def test_a_new_thing_comes_with_its_sources(composer):
    composition = composer.compose([new(INSTRUMENTS, **NEW)])
    assert not composition.results
    assert not composition.removed
    text = "".join(composition.added)
    assert "instrument/new-declaration-2024> <https://w3id.org/aseancan/ont#adoptedLatest>" in text
    assert "<https://asean.org/new-declaration> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in text


@pytest.mark.proof
def test_what_was_followed_is_what_is_edited_next(composer):
    slug = "followed-declaration-2024"
    addition = new(INSTRUMENTS, **NEW | {"slug": slug})
    composer.follow([addition])
    assert composer.row(INSTRUMENTS, slug)["title"] == NEW["title"]
    renamed = composer.compose([edited(composer, INSTRUMENTS, slug, title="Declaration on an Old Thing")])
    assert any('#prefLabel> "Declaration on an Old Thing"@en' in line for line in renamed.added)
    with pytest.raises(Conflict, match="was changed meanwhile"):
        composer.compose([addition])

    # It was published by now, if in no release, and goes like what was.
    withdrawal = composer.compose(composer.withdrawal(INSTRUMENTS, slug, []), "It never was")
    assert not withdrawal.violations
    assert [one.key for one in withdrawal.edits] == [slug, f"id/instrument/{slug}"]
    composer.follow(withdrawal.edits)
    assert composer.row(INSTRUMENTS, slug) is None
    assert not composer.compose([edited(composer, INSTRUMENTS, ACTIP, note="Another")]).violations
    never = withdrawal.edits[1].after | {"iri": "id/instrument/never"}
    (unknown,) = composer.compose([Edit("registers/identifiers", never["iri"], None, never)]).violations
    assert "id/instrument/never was never published" in unknown.message


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        ({"kind": "nonsense"}, "kind", "is not a known code"),
        (
            {"sources": ""},
            "sources",
            "the cell is empty, and has to be filled. An assertion, mention or coding rests on",
        ),
        ({"kind": "declaratoin"}, "kind", "Did you mean declaration"),
        ({"adopted": "9 October 2024"}, "adopted", "is not a date"),
        ({"adopted": "9 October 2024"}, "adopted", "The date of adoption is given once, as YYYY"),
        ({"adopting_body": "body/nobody"}, "adopting_body", "is in no register"),
        pytest.param(
            {"entered_into_force": "2020-01-01"}, "adopted", "The first possible day", marks=pytest.mark.proof
        ),
    ],
)
def test_what_breaks_a_rule_is_told_by_its_cell(composer, cells, column, told):
    composition = composer.compose([new(INSTRUMENTS, **{**NEW, **cells})])
    found = {(one.table, one.key, one.column) for one in composition.violations if told in one.message}
    assert (INSTRUMENTS, NEW["slug"], column) in found


@pytest.mark.proof
def test_a_rule_that_fails_leaves_the_dataset_as_it_is(composer, monkeypatch):
    def fail(*_, **__):
        raise KeyError("foreseen by nobody")

    union = len(composer._union)
    edit = edited(composer, INSTRUMENTS, ACTIP, adopted_place="Kuala Lumpur")
    monkeypatch.setattr(validation, "validate", fail)
    with pytest.raises(KeyError):
        composer.compose([edit])
    monkeypatch.undo()
    assert len(composer._union) == union
    assert not composer.compose([edit]).results


@pytest.mark.proof
def test_a_value_and_its_rival_change_places_in_one_change(composer):
    body, rivals = composer.row("registers/bodies", "acw"), "registers/rivals"
    key = next(one["key"] for one in composer.rows(rivals) if one["cells"]["entity"] == "body/acw")
    rival = composer.row(rivals, key)
    assert composer.compose([edited(composer, "registers/bodies", "acw", established=rival["value"])]).violations
    now = {**rival, "value": body["established"]}
    swap = [
        edited(composer, "registers/bodies", "acw", established=rival["value"]),
        Edit(rivals, key, rival, None),
        Edit(rivals, composer.key(rivals, now), None, {column: cell for column, cell in now.items() if cell}),
    ]
    assert not composer.compose(swap).violations


@pytest.mark.proof
def test_a_thing_that_others_name_cannot_go_and_one_that_was_published_goes_with_a_word(composer):
    gone = difference(INSTRUMENTS, ACTIP, composer.row(INSTRUMENTS, ACTIP), None)
    assert any("which is withdrawn" in one.message for one in composer.compose([gone]).violations)
    table, key = "registers/reports", "20th-asean-canada-dialogue-22"
    gone = difference(table, key, composer.row(table, key), None)
    composed = composer.compose([gone], "It was said twice")
    assert [one.key for one in composed.edits] == [key, f"id/report/{key}"]
    assert not composed.violations


@pytest.mark.proof
def test_a_shape_of_the_whole_graph_is_asked_of_what_its_query_reads(composer):
    key = "asean-2025-forging-ahead-together"
    composition = composer.compose([edited(composer, INSTRUMENTS, key, adopted="2008-01-01")])
    assert any("supersedes" in one.message and "adopted before" in one.message for one in composition.violations)


@pytest.mark.proof
def test_what_points_at_a_thing_is_validated_where_its_class_or_its_name_changes(composer, union, monkeypatch):
    asked = []

    def validate(*graphs, focus, **_):
        asked.append({str(node) for node in focus})
        return validation.report_faults(())

    monkeypatch.setattr(validation, "validate", validate)
    body = URIRef(namespaces.thing("body", "aha-centre"))
    pointing = {str(one) for one in union.subjects(None, body)}
    assert len(pointing) > 2
    composer.compose([edited(composer, "registers/bodies", "aha-centre", name="AHA Centre of ASEAN")])
    composer.compose([edited(composer, "registers/bodies", "aha-centre", note="A note")])
    assert [pointing <= focus for focus in asked] == [True, False]


@pytest.mark.parametrize(
    "table", ["instruments", "registers/nonsense", "codings/nowhere/mentions", "../registers/bodies"]
)
def test_a_table_that_is_none_is_told(composer, table):
    with pytest.raises(NotFound, match=f"there is no table {table}"):
        composer.row(table, "x")


def test_a_column_that_is_none_is_told(composer):
    composition = composer.compose([new(INSTRUMENTS, **NEW, colour="red")])
    assert composition.violations[0].message.startswith("there is no column colour")


@pytest.mark.proof
def test_the_next_build_makes_what_was_composed(composer, built, tmp_path):
    edits = [
        new(INSTRUMENTS, **NEW),
        edited(composer, INSTRUMENTS, ACTIP, adopted_place="Kuala Lumpur", note=""),
        edited(composer, "registers/bodies", "aha-centre", name="AHA Centre of ASEAN"),
    ]
    composition = composer.compose(edits)
    assert not composition.violations
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(settings.resources() / name, tmp_path / name)
    for table in {one.table for one in edits}:
        file = tmp_path / "data" / f"{table}.csv"
        of_table = {one.key: [one] for one in edits if one.table == table}
        file.write_bytes(registers.edited(file.read_bytes(), file, of_table))

    mark = Mark(3, "0" * 64)
    (tmp_path / "data" / MARK).write_bytes(mark.written())

    def lines(dataset):
        told = (f"<{DESCRIPTION_GRAPH}> .\n", f"<{HISTORY_GRAPH}> .\n")
        return {line for line in datasets.lines(dataset) if not line.endswith(told)}

    anew = datasets.build(tmp_path, lambda _: None)
    assert Composer(tmp_path, anew).contained == contained(datasets.lines(anew.dataset)) == mark
    assert contained(datasets.lines(built.dataset)) == Mark()
    before, after = lines(built.dataset), lines(anew.dataset)
    assert sorted(after - before) == list(composition.added)
    assert sorted(before - after) == list(composition.removed)


def test_every_fault_of_every_edit_is_told_at_once(composer):
    faulty = new(INSTRUMENTS, **{**NEW, "kind": "Nonsense", "sources": ""})
    told = composer.compose([faulty, edited(composer, "registers/bodies", "aha-centre", established="soon")]).violations
    assert {(one.table, one.key, one.column) for one in told} == {
        (INSTRUMENTS, NEW["slug"], "kind"),
        (INSTRUMENTS, NEW["slug"], "sources"),
        ("registers/bodies", "aha-centre", "established"),
    }


def test_an_edit_may_not_make_another_row_of_one(composer):
    renamed = edited(composer, INSTRUMENTS, ACTIP, slug="actip-2016")
    found = {(one.table, one.key): one.message for one in composer.compose([renamed]).violations}
    assert "these cells are those of another row, “actip-2016”" in found[INSTRUMENTS, ACTIP]


@pytest.mark.proof
def test_what_a_shape_finds_in_a_node_made_of_a_row_is_told_at_its_field(composer):
    rows = composer.rows("registers/names")
    row = next(one for one in rows if one["cells"]["kind"] == "variant")
    thing = composer.row("registers/bodies", row["cells"]["entity"].rpartition("/")[2])
    cells = {**row["cells"], "name": thing["name"]}
    key = composer.key("registers/names", cells)
    gone, twice = (
        difference("registers/names", *one) for one in ((row["key"], row["cells"], None), (key, None, cells))
    )
    (told,) = [one for one in composer.compose([gone, twice]).results if "repeats the preferred one" in one.message]
    assert (told.table, told.key, told.column) == ("registers/names", key, "name")
    clauses = "codings/plan-of-action-2021-2025/topics"
    row = composer.rows(clauses)[0]
    basis = difference(clauses, row["key"], row["cells"], {**row["cells"], "words": "words that are not there"})
    (told, *_) = composer.compose([basis]).violations
    assert (told.table, told.key.split(" · ")[0], told.column) == (clauses, row["cells"]["action"], "words")


def test_tables_are_told_with_what_their_rows_are(composer):
    told = {one["table"]: one for one in composer.tables()}
    assert told["registers/state-groups"] == {
        "table": "registers/state-groups",
        "kind": "state-group",
        "label": "Group of states",
        "rows": len(composer.rows("registers/state-groups")),
    }
    assert "codings/plan-of-action-2021-2025/mentions" in told


def test_a_form_has_the_fields_of_its_table_in_the_order_of_the_shapes(composer):
    fields = {field.column: field for field in composer.form(INSTRUMENTS)}
    assert list(fields)[:4] == ["slug", "title", "short_title", "acronym"]
    assert list(fields)[-3:] == ["sources", "confidence", "note"]
    assert fields.keys() == composer.rows(INSTRUMENTS)[0]["cells"].keys()
    assert (fields["adopted"].label, fields["adopted"].group, fields["adopted"].kind) == (
        "Adopted",
        "Dates and places",
        "date",
    )
    assert (fields["title"].required, fields["parties"].many) == (True, True)
    assert fields["adopting_body"].kinds == ("body", "mechanism", "state")
    assert [option.value for option in fields["legal_nature"].choices] == ["binding", "non-binding"]
    assert all(option.label and option.definition for option in fields["kind"].choices)
    assert fields["pillar"].message.startswith("The pillar is at most one code")


def test_choices_are_told_in_the_words_of_the_ontology(composer):
    fields = {field.column: field for field in composer.form("codings/plan-of-action-2021-2025/mentions")}
    choices = {option.value: option for option in fields["relation"].choices}
    assert choices["supportsImplementationOf"].label == "supports implementation of"
    assert choices["supportsImplementationOf"].definition.startswith("An instrument")
    assert fields["decision"].choices[0].label == "Accepted"
    topics = {field.column: field for field in composer.form("codings/plan-of-action-2021-2025/topics")}
    assert [option.value for option in topics["basis"].choices] == ["named", "in-substance", "inferred", "in-name"]
    codings = {field.column: field for field in composer.form("codings/plan-of-action-2021-2025/codings")}
    assert ("firm", "Firmness: Firm") in {(option.value, option.label) for option in codings["value"].choices}


def test_a_form_offers_the_codes_that_come_with_its_draft(composer):
    row = {"scheme": "topic", "code": "tests", "label": "Tests", "definition": "What is tried."}
    table = "codings/plan-of-action-2021-2025/topics"
    edit = Edit("registers/concepts", composer.key("registers/concepts", row), None, row)
    overtaken = Edit(INSTRUMENTS, ACTIP, {"title": "Otherwise"}, {"title": "So"})
    for edits, is_offered in (([], False), ([edit], True), ([edit, overtaken], True), ([edit.reversed], False)):
        (field,) = [one for one in composer.form(table, edits) if one.column == "topic"]
        assert ("tests" in [option.value for option in field.choices]) is is_offered


def test_a_record_means_the_row_that_it_was_made_of(composer):
    record = composer.record(INSTRUMENTS, ACTIP)
    row = {column: cell for column, cell in composer.row(INSTRUMENTS, ACTIP).items() if cell}
    assert composer.cells(INSTRUMENTS, ACTIP, record) == row
    other = record.replace('"Kuala Lumpur, Malaysia"@en', '"Kuala Lumpur"@en')
    assert composer.cells(INSTRUMENTS, ACTIP, other) == {**row, "adopted_place": "Kuala Lumpur"}


def test_what_is_no_record_is_told_in_the_words_of_the_shapes(composer):
    record = composer.record(INSTRUMENTS, ACTIP)
    with pytest.raises(InvalidData, match=r"“soon” is not a date.* The date of adoption is given once, as YYYY"):
        composer.cells(INSTRUMENTS, ACTIP, record.replace('"2015-11-21"', '"soon"'))
    lines = [line for line in record.splitlines(keepends=True) if "confidence" not in line]
    with pytest.raises(InvalidData, match=r"(?s)“soon” is not a date.*there is no ac:confidence. The confidence"):
        composer.cells(INSTRUMENTS, ACTIP, "".join(lines).replace('"2015-11-21"', '"soon"'))
    with pytest.raises(SyntaxProblem, match="this is not N-Triples"):
        composer.cells(INSTRUMENTS, ACTIP, "<a> <b> .")
    with pytest.raises(NotFound, match="there is no table"):
        composer.cells("registers/nothing", ACTIP, record)
    with pytest.raises(NotFound, match="has no row nobody"):
        composer.record(INSTRUMENTS, "nobody")


EDITION = "plan-of-action-2021-2025"
MENTIONS, CLAUSES, CODINGS = (f"codings/{EDITION}/{table}" for table in ("mentions", "clauses", "codings"))


def test_mentions_are_told_with_the_rows_that_decide_on_them(composer):
    told = composer.mentions(EDITION)
    rows = {one["key"]: one["cells"] for one in composer.rows(MENTIONS)}
    assert {one["key"] for one in told} - {None} == rows.keys()
    assert all(one["cells"] == rows[one["key"]] for one in told if one["key"])
    rejected = [one for one in told if one["status"] == "rejected"]
    assert [one["cells"]["decision"] for one in rejected] == ["rejected"]
    assert all((one["found"] is None) == (one["status"] == "added") for one in told)
    assert all(one["found"] == one["entity"] for one in told if one["status"] == "confirmed")
    assert [one["start"] for one in told] == sorted(one["start"] for one in told)
    news = composer.mentions("news-20th-asean-canada-dialogue")
    assert (news[0]["quote"], news[0]["start"], news[0]["status"]) == ("ASEAN", 0, "added")
    with pytest.raises(InputError, match="there is no edition nothing"):
        composer.mentions("nothing")


@pytest.mark.proof
def test_a_row_made_of_a_machine_mention_accepts_rejects_or_relinks_it(composer):
    decided = next(one for one in composer.mentions(EDITION) if one["status"] == "confirmed" and one["part"] != "title")
    undecided = difference(MENTIONS, decided["key"], decided["cells"], None)
    composer.follow([undecided])
    try:
        (machine,) = [one for one in composer.mentions(EDITION) if one["start"] == decided["start"] and not one["key"]]
        assert (machine["status"], machine["found"]) == ("unreviewed", decided["entity"])

        def made(**cells):
            row = {**machine["cells"], **cells}
            composition = composer.compose([difference(MENTIONS, registers.key_of("mentions", row), None, row)])
            assert not composition.violations
            return "".join(composition.added), "".join(composition.removed)

        node = f"id/mention/{EDITION}/{machine['start']}-{machine['end']}>"
        added, removed = made()
        assert f"{node} <https://w3id.org/aseancan/ont#reviewStatus> <https://w3id.org/aseancan/scheme/review-" in added
        assert "review-status/confirmed>" in added
        assert "review-status/unreviewed>" in removed
        added, removed = made(decision="rejected")
        assert node not in added
        assert f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in removed
        other = "body/asean-secretariat" if machine["found"] != "body/asean-secretariat" else "body/aha-centre"
        added, removed = made(entity=other, relation="mentions")
        assert (
            f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> <https://w3id.org/aseancan/id/{other}>"
            in added
        )
        assert "review-status/corrected>" in added
    finally:
        composer.follow([undecided.reversed])


@pytest.mark.proof
def test_what_was_published_is_withdrawn_with_a_word_on_each_of_its_identifiers(composer):
    rivals = {one["cells"]["entity"] for one in composer.rows("registers/rivals")}
    keys = [one["key"] for one in composer.rows("registers/memberships") if f"membership/{one['key']}" not in rivals]
    key, other = keys[:2]
    (row,) = composer.withdrawal("registers/memberships", key, [])
    assert (row.table, row.key, row.after) == ("registers/memberships", key, None)
    composed = composer.compose([row], " It was never\na member ")
    assert not composed.violations
    assert f"id/membership/{key}" in {one.key for one in composed.edits}
    told = {(one.after["status"], one.after["date"], one.after["reason"]) for one in composed.edits[1:]}
    assert told == {("withdrawn", today(), "It was never a member")}
    replaced = composer.compose(composer.withdrawal("registers/memberships", key, [f"membership/{other}"]), "Twice")
    assert not replaced.violations
    assert len(replaced.edits) == len(composed.edits) > 2  # its period has an identifier too
    assert {one.after["replacement"] for one in replaced.edits[1:]} == {f"id/membership/{other}"}


@pytest.mark.proof
def test_what_a_change_had_published_is_accounted_for_when_it_is_taken_back(composer):
    table, key, identifiers = "registers/memberships", "asean-thailand", "registers/identifiers"
    left = edited(composer, table, key, left="1999")
    assert not composer.compose([left]).violations
    composer.follow([left])
    part = f"id/membership/{key}/period/end"
    back = composer.compose([left.reversed], " It  never left ")
    assert not back.violations
    assert [(one.key, one.after.get("reason")) for one in back.edits[1:]] == [(part, "It never left")]
    assert back.edits[1].after["label"] not in ("None", "")
    composer.follow(back.edits)
    # What is listed already is not listed again; what is in use again is listed no more.
    withdrawal = composer.compose(composer.withdrawal(table, key, []), "It never was")
    assert part not in {one.key for one in withdrawal.edits}
    composer.follow(withdrawal.edits)
    again = composer.compose([withdrawal.edits[0].reversed], "It was")
    assert not again.violations
    assert {(one.table, one.after) for one in again.edits[1:]} == {(identifiers, None)}
    assert {one.key for one in again.edits[1:]} == {one.key for one in withdrawal.edits[1:]}
    composer.follow(again.edits)
    assert len(composer.compose([withdrawal.edits[0]], "It was not").edits) == len(withdrawal.edits)
    # Whoever deletes what the register tells of it has to say so otherwise.
    (row,) = [one for one in composer.rows(identifiers) if one["key"] == part]
    silent = composer.compose([Edit(identifiers, part, row["cells"], None)], "No")
    assert any("is in the dataset no longer" in one.message for one in silent.violations)


@pytest.mark.proof
def test_what_refers_to_each_other_goes_in_one_change_and_each_address_is_accounted_for(composer):
    clause = composer.rows(CLAUSES)[0]["key"]
    codings = [one["key"] for one in composer.rows(CODINGS) if one["cells"]["clause"] == clause]
    edits = composer.withdrawal(CLAUSES, clause, [])
    told = composer.compose(edits).violations
    assert any("it refers to action/1.1.1/clause/1, which is withdrawn" in one.message for one in told)
    edits += [edit for key in codings for edit in composer.withdrawal(CODINGS, key, [])]
    completed = composer.compose(edits, "It was cut wrongly").edits
    assert any(one.key.endswith("/action/1.1.1/clause/1") for one in completed)
    kind = composer.withdrawal("registers/concepts", "body-kind · institute", ["body-kind/committee"])
    assert kind[1].after["replacement"] == "scheme/body-kind/committee"
    instead = composer.withdrawal(CLAUSES, clause, ["instrument/tac-1976"])[1]
    assert instead.key == "id/instrument/asean-canada-poa-2021-2025/action/1.1.1/clause/1"
    assert instead.after["replacement"] == "id/instrument/tac-1976"
    assert any("it refers to body-kind/institute, which is" in one.message for one in composer.compose(kind).violations)


@pytest.mark.proof
def test_a_graph_of_which_nothing_is_left_is_accounted_for(composer):
    table = "registers/rivals"
    edits = [edit for row in composer.rows(table) for edit in composer.withdrawal(table, row["key"], [])]
    composed = composer.compose(edits, "All was settled")
    assert not composed.violations
    assert [(one.key, one.after["reason"]) for one in composed.edits[len(edits) :]] == [
        ("graph/rivals", "All was settled")
    ]
    composer.follow(composed.edits)
    back = composer.compose([edits[0].reversed], "It was not")
    assert [(one.key, one.after) for one in back.edits[1:]] == [("graph/rivals", None)]
    composer.follow(back.edits)
    composer.follow(composer.compose([edit.reversed for edit in edits[1:]], "Nor was this").edits)


@pytest.mark.proof
def test_a_row_that_comes_back_stands_where_it_stood(composer):
    table = "registers/names"
    keys = [row["key"] for row in composer.rows(table)]
    (gone,) = composer.withdrawal(table, next(key for key in keys if "Sub-Committee on Women" in key), [])
    there = composer.compose([gone], "Away")
    composer.follow(there.edits)
    back = composer.compose([gone.reversed], "Back")
    composer.follow(back.edits)
    assert [row["key"] for row in composer.rows(table)] == keys
    assert ({*back.added}, {*back.removed}) == ({*there.removed}, {*there.added})  # the numbers of nodes, too


def test_a_withdrawal_of_what_others_refer_to_tells_so(composer):
    (edit,) = composer.withdrawal(INSTRUMENTS, ACTIP, [])
    assert (edit.table, edit.key, edit.after) == (INSTRUMENTS, ACTIP, None)
    told = composer.compose([edit], "It does not exist").violations
    assert told
    assert all(
        f"it refers to instrument/{ACTIP}, which is withdrawn" in one.message and one.table and one.key and one.column
        for one in told
    )
    with pytest.raises(NotFound):
        composer.withdrawal(INSTRUMENTS, "nobody", [])
    for nothing in ("nonsense", "body/asean | nonsense", "https://example.org/"):
        with pytest.raises(InputError, match=r"there is no (nonsense|https)"):
            composer.withdrawal(INSTRUMENTS, ACTIP, [nothing])
    several = composer.withdrawal(INSTRUMENTS, ACTIP, ["instrument/tac-1976 | https://w3id.org/aseancan/id/body/asean"])
    assert several[1].after["replacement"] == "id/instrument/tac-1976 | id/body/asean"


def test_an_identifier_goes_on_the_day_of_the_change_for_its_reason_unless_it_has_its_own(composer):
    gone, former = composer.withdrawal("registers/bodies", "asean-ipr", ["body/asean"])
    said = replace(former, after=former.after | {"date": "2020-01-01", "reason": "It was merged"})
    edits = composer.compose([gone, said], "As its site says").edits
    assert (edits[1].after["date"], edits[1].after["reason"]) == (today(), "It was merged")


def test_what_has_no_identifier_is_just_deleted(composer):
    key = composer.rows("registers/rivals")[0]["key"]
    (edit,) = composer.withdrawal("registers/rivals", key, [])
    assert (edit.key, edit.after) == (key, None)
    with pytest.raises(InputError, match="has no identifier that could lead elsewhere"):
        composer.withdrawal("registers/rivals", key, ["body/asean"])
    gone = composer.rows("registers/identifiers")[0]["key"]
    with pytest.raises(InputError, match="has no identifier that could lead elsewhere"):
        composer.withdrawal("registers/identifiers", gone, ["body/asean"])


def test_it_is_told_what_names_the_thing_of_a_row(composer):
    def named_by(table, key):
        return {(one["table"], *one["columns"]) for one in composer.referring(table, key)}

    assert named_by("registers/bodies", "aichr") == {
        ("registers/bodies", "members"),
        ("registers/rivals", "entity"),
        ("codings/plan-of-action-2021-2025/mentions", "entity"),
    }
    clause = composer.rows(CLAUSES)[0]["key"]
    assert named_by(CLAUSES, clause) == {(CODINGS, "clause")}
    (gone, *_) = (row for row in composer.rows("registers/identifiers") if row["cells"]["replacement"])
    kind, _, slug = gone["cells"]["replacement"].split(" | ")[0].removeprefix("id/").partition("/")
    (table,) = (one["table"] for one in composer.tables() if one["kind"] == kind)
    assert ("registers/identifiers", "replacement") in named_by(table, slug)
    assert named_by("registers/identifiers", gone["key"]) == set()
    assert named_by("registers/concepts", "body-kind · institute") == {("registers/bodies", "kind")}
    assert named_by("registers/bodies", "nobody") == set()


def test_the_identifier_of_what_a_row_describes_is_told(composer):
    asked = (("bodies", "aichr"), ("concepts", "body-kind · institute"), ("bodies", "nobody"))
    told = [composer.identifier(f"registers/{table}", key) for table, key in asked]
    assert told == [f"{BASE}id/body/aichr", f"{BASE}scheme/body-kind/institute", None]
    assert composer.identifier("registers/rivals", composer.rows("registers/rivals")[0]["key"]) is None
