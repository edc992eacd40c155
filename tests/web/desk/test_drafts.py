"""Drafts from their author to the journal, through the pages."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest

from aseancan_kg import error_reports
from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.composition import Composer
from aseancan_kg.desk.drafts import Status
from aseancan_kg.errors import RuleFailed

ANN = Caller("Ann", frozenset({"read", "draft"}))
BODY = "/desk/edit/registers/bodies/"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def begin(office):
    """Return what makes a draft of Ann's that changes a cell of a body."""

    def begin(slug="asean-ipr", column="seat_country", cell="Nowhere", reason="A test says so"):
        with office.desk() as desk:
            edits = desk.composer.edits("registers/bodies", f"slug,{column}\n{slug},{cell}\n")
        return office.drafts.begin(ANN, edits, reason)

    return begin


def step(person, draft, name, **fields):
    return person.send(f"/desk/drafts/{draft.number}/{name}", fields, seen=f"/desk/drafts/{draft.number}")


def test_a_draft_is_handed_in_reviewed_and_published(person, office, begin):
    ann, bob, draft = person("Ann"), person("Bob"), begin()
    assert "Nowhere" in ann.page(f"/desk/drafts/{draft.number}").text
    assert step(ann, draft, "submit").status_code == 303
    assert "A test says so" in bob.page("/desk").text
    assert step(ann, draft, "publish").status_code == 403
    assert step(bob, draft, "remark", words="Which page?").status_code == 303
    assert step(bob, draft, "send-back", words="Say where.").status_code == 303
    assert "Which page?" in ann.page(f"/desk/drafts/{draft.number}").text
    own, review = re.findall(r"<h2>(?:Your drafts|To be reviewed)</h2>(.*?)</section>", ann.page("/desk").text, re.S)
    assert re.search(rf"/desk/drafts/{draft.number}\".*?sent back", own, re.S)
    assert f'/desk/drafts/{draft.number}"' not in review
    assert step(ann, draft, "submit").status_code == 303
    assert step(bob, draft, "publish").status_code == 303
    found = office.drafts.get(draft.number)
    (entry,) = [one for one in office.journal.after(0) if one.sequence == found.entry]
    assert (found.status, entry.author, entry.reason) == (Status.PUBLISHED, "Ann", "A test says so")
    assert f"/change/{entry.sequence}" in ann.page(f"/desk/drafts/{draft.number}").text
    assert step(bob, draft, "publish").status_code == 412
    noted = [one for one in office.accounts.notes() if one.detail.split(" as ")[0] == f"draft {draft.number}"]
    events = [(one.actor, one.event) for one in noted]
    assert events == [
        ("Ann", "submit"), ("Bob", "remark"), ("Bob", "send-back"), ("Ann", "submit"), ("Bob", "publish"),
    ]  # fmt: skip


def test_a_draft_is_handed_in_with_its_reason_and_its_author_learns_that_it_was_declined(person, office, begin):
    ann, bob, draft = person("Ann"), person("Bob"), begin(cell="Elsewhere", reason="")
    assert step(ann, draft, "submit", words=" ").status_code == 400
    assert step(ann, draft, "submit", words="Said as it is handed in").status_code == 303
    found = office.drafts.get(draft.number)
    assert (found.status, found.reason) == (Status.REVIEW, "Said as it is handed in")
    own, review = re.findall(r"<h2>(?:Your drafts|To be reviewed)</h2>(.*?)</section>", ann.page("/desk").text, re.S)
    assert f'/desk/drafts/{draft.number}"' in review
    assert f'/desk/drafts/{draft.number}"' not in own
    assert step(bob, draft, "decline", words="No source").status_code == 303
    declined = ann.page("/desk").text.partition("Yours that were declined")[2]
    assert f"/desk/drafts/{draft.number}" in declined


def test_one_discards_a_draft_of_ones_own_and_no_other(person, office, begin):
    ann, bob, draft = person("Ann"), person("Bob"), begin(cell="Nowhere at all")
    assert "Discard the draft" not in bob.page(f"/desk/drafts/{draft.number}").text
    assert step(bob, draft, "discard").status_code == 403
    assert "Discard the draft" in ann.page(f"/desk/drafts/{draft.number}").text
    assert step(ann, draft, "discard").status_code == 303
    assert office.drafts.get(draft.number).status is Status.DISCARDED
    own, aside = re.findall(
        r"<h2>(?:Your drafts|Yours that were [^<]*)</h2>(.*?)</section>", ann.page("/desk").text, re.S
    )
    assert f'/desk/drafts/{draft.number}"' not in own
    assert f'/desk/drafts/{draft.number}"' in aside
    assert step(ann, draft, "submit").status_code == 412
    assert "Take it up again" in ann.page(f"/desk/drafts/{draft.number}").text
    assert step(ann, draft, "take-up").status_code == 303
    assert office.drafts.get(draft.number).status is Status.DRAFT


def test_a_draft_shows_what_is_published_of_it_not_just_what_was_written(person, office):
    with office.desk() as desk:
        gone, tells = desk.composer.withdrawal("registers/bodies", "asean-ipr", ["body/asean"])
    tells = replace(tells, after={**tells.after, "date": "2020-01-01"})
    draft = office.drafts.begin(ANN, [gone, tells], "It was merged")
    page = person("Ann").page(f"/desk/drafts/{draft.number}").text
    assert "2020-01-01" not in page
    assert datetime.now(UTC).date().isoformat() in page.partition("Identifier")[2]
    # What is not withdrawn after all has no identifier that leads elsewhere.
    assert step(person("Ann"), draft, "take-out", table="registers/bodies", key="asean-ipr").status_code == 303
    assert office.drafts.get(draft.number).edits == ()


@pytest.mark.proof
def test_what_is_taken_out_goes_with_what_is_told_of_its_address_though_its_row_is_not_there(person, office):
    ann, body, cells = person("Ann"), "registers/bodies", "A Body of a Day,working-group,https://asean.org/x,high"
    with office.desk() as desk:
        row = f"slug,name,kind,sources,confidence\na-body-of-a-day,{cells}\n"
        desk.publish(desk.composer.edits(body, row), "Bob", "It was made")
    with office.desk() as desk:
        withdrawn = desk.composer.withdrawal(body, "a-body-of-a-day", ["body/asean"])
        draft = office.drafts.begin(ANN, withdrawn, "It was merged")
        published = desk.publish(withdrawn, "Bob", "It was merged").edits
    back = [one.reversed for one in published]
    again = office.drafts.begin(ANN, back, "It was not")
    for one in (draft, again):
        assert [edit.table for edit in one.edits] == [body, "registers/identifiers"]
        assert step(ann, one, "take-out", table=body, key="a-body-of-a-day").status_code == 303
        assert office.drafts.get(one.number).edits == ()


def test_each_of_two_new_things_of_one_slug_is_told_what_it_is_like(person, office):
    name, rest = "ASEAN Institute for Peace and Reconciliation", "https://asean.org/x,high"
    with office.desk() as desk:
        edits = [
            edit
            for table, called in (("bodies", name), ("persons", "Somebody Quite Different"))
            for edit in desk.composer.edits(
                f"registers/{table}", f"slug,name,sources,confidence\nof-one-slug,{called},{rest}\n"
            )
        ]
    draft = office.drafts.begin(ANN, edits, "Two of one slug")
    body, person_ = person("Ann").page(f"/desk/drafts/{draft.number}").text.split("of-one-slug</h2>")[1:]
    assert "It may be the same as" in body
    assert "It may be the same as" not in person_


def test_a_draft_that_brings_a_rule_down_says_so_and_is_mended(person, office, begin):
    draft = begin(cell="Somewhere", reason="As no rule foresees it")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Composer, "compose", Mock(side_effect=RuleFailed("a rule has failed")))
        for path in (f"/desk/drafts/{draft.number}", f"{BODY}asean-ipr?draft={draft.number}"):
            page = person("Ann").page(path)
            assert (page.status_code, "a rule has failed" in page.text) == (200, True)
        assert step(person("Ann"), draft, "submit").status_code == 422
        patch.setattr(Composer, "identifier", Mock(side_effect=RuleFailed("a rule has failed")))
        taken = step(person("Ann"), draft, "take-out", table="registers/bodies", key="asean-ipr")
    assert (taken.status_code, office.drafts.get(draft.number).edits) == (303, ())


def test_what_is_so_already_or_has_no_row_any_more_is_told(person, office, begin):
    ann, other, draft = person("Ann"), begin("acwc", "note", "Old"), begin("acwc", "note", "Just so")
    assert f"Draft {other.number}</a> of Ann, draft, changes this row already" in ann.page(BODY + "acwc").text
    with office.desk() as desk:
        desk.publish(draft.edits, "Bob", "Meanwhile")
    assert "All of it is so already." in ann.page(f"/desk/drafts/{draft.number}").text
    assert "note was" in ann.page(f"/desk/drafts/{other.number}").text
    gone = begin("iai-task-force", "note", "New")
    with office.desk() as desk:
        desk.publish(desk.composer.withdrawal("registers/bodies", "iai-task-force", []), "Bob", "It never was")
    told = ann.page(f"{BODY}iai-task-force?draft={gone.number}")
    assert (told.status_code, f"Take it out of draft {gone.number}" in told.text) == (404, True)
    assert '<a href="/desk">Cataloguing desk</a>' in told.text
    assert "registers/bodies has no row iai-task-force any more" in ann.page(f"/desk/drafts/{gone.number}").text


def test_what_breaks_a_rule_is_not_handed_in(person, office, begin):
    ann = person("Ann")
    wrong, silent = begin(column="established", cell="in autumn"), begin(cell="Elsewhere", reason="")
    page = ann.page(f"/desk/drafts/{wrong.number}").text
    assert "It cannot be published as it is" in page
    assert "is not a date" in page
    assert f'<a href="/desk/edit/registers/bodies/asean-ipr?draft={wrong.number}" aria-label="Edit the row of: ' in page
    assert f'<a href="/desk/drafts/{silent.number}">Draft {silent.number}</a> of Ann, draft, changes it too.' in page
    assert step(ann, wrong, "submit").status_code == 422
    assert step(ann, silent, "submit").status_code == 400
    assert {office.drafts.get(one.number).status for one in (wrong, silent)} == {Status.DRAFT}


@pytest.mark.proof
def test_a_draft_is_trimmed_given_a_reason_and_published_with_a_warning(person, office):
    ann = person("Ann")
    row = {"slug": "a-meeting-of-the-tests", "name": "A Meeting of the Tests", "sources": "https://asean.org/x"}
    rows = ",".join([*row, "confidence"]) + "\n" + ",".join([*row.values(), "high"]) + "\n"
    with office.desk() as desk:
        edits = desk.composer.edits("registers/meetings", rows)
        edits += desk.composer.edits("registers/bodies", "slug,seat_city\nasean-ipr,Bandung\n")
    draft = office.drafts.begin(ANN, edits, "")
    assert step(ann, draft, "take-out", table="registers/bodies", key="asean-ipr").status_code == 303
    assert step(ann, draft, "reason", words="It was held").status_code == 303
    page = ann.page(f"/desk/drafts/{draft.number}").text
    assert "Worth a look" in page
    assert "It cannot be published" not in page
    assert step(ann, draft, "submit").status_code == 303
    found = office.drafts.get(draft.number)
    assert ([one.key for one in found.edits], found.reason, found.status) == (
        ["a-meeting-of-the-tests"], "It was held", Status.REVIEW,
    )  # fmt: skip


def test_a_step_is_taken_with_the_draft_that_was_seen(person, office, begin):
    ann, draft = person("Ann"), begin("asean-csr-network")
    csrf = re.search(r'name="csrf" value="([^"]*)"', ann.page(f"/desk/drafts/{draft.number}").text)[1]
    office.drafts.change(draft, ANN, draft.edits, "Another reason")
    form = {"csrf": csrf, "revision": str(draft.revision)}
    late = ann.client.post(f"/desk/drafts/{draft.number}/submit", data=form, headers=SAME)
    assert late.status_code == 412
    for revision in ("", "x", "-1", "9" * 40):
        form["revision"] = revision
        assert ann.client.post(f"/desk/drafts/{draft.number}/submit", data=form, headers=SAME).status_code == 400
    assert step(ann, draft, "nonsense").status_code == 404
    assert ann.page("/desk/drafts/4711").status_code == 404
    assert ann.page("/desk/drafts/x").status_code == 400


def test_nobody_acts_on_the_draft_of_another_but_editors(person, office, begin):
    draft, carl = begin("asean-health-clusters"), person("Carl")
    page = carl.page(f"/desk/drafts/{draft.number}").text
    assert "Decline" not in page
    for name in ("submit", "decline", "send-back"):
        assert step(carl, draft, name, words="Because").status_code == 403
    assert step(carl, draft, "remark", words="I doubt it").status_code == 303
    assert office.drafts.get(draft.number).status is Status.DRAFT


def test_a_form_of_another_site_does_nothing(person, office, begin):
    ann, draft = person("Ann"), begin("asean-csr-network")
    page = ann.page(f"/desk/drafts/{draft.number}").text
    csrf = re.search(r'name="csrf" value="([^"]*)"', page)[1]
    path, form = f"/desk/drafts/{draft.number}/submit", {"revision": str(draft.revision)}
    for fields, headers in (
        ({**form, "csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
        (form, SAME),
        ({**form, "csrf": "0" * 64}, SAME),
    ):
        assert ann.client.post(path, data=fields, headers=headers).status_code == 403
    assert office.drafts.get(draft.number).status is Status.DRAFT


def test_what_a_reader_reports_waits_at_the_desk(desk, person, office):
    about = "https://w3id.org/aseancan/id/body/asean-ipr"
    wrong = '<img src=x onerror="document.title=1"> the name is wrong'
    sent = desk.post("/report", json={"about": about, "wrong": wrong}, headers={"Accept": "application/json"})
    assert sent.status_code == 201
    reference = sent.json()["reference"]
    (draft,) = [one for one in office.drafts.all(Status.REPORTED) if one.report.reference == reference]
    ann = person("Ann")
    page = ann.page(f"/desk/drafts/{draft.number}").text
    assert "<img" not in page.partition("</header>")[2]
    form = re.search(r'href="(/desk/edit/registers/bodies/asean-ipr\?draft=\d+)"', page)[1]
    assert ann.page(form).status_code == 200
    assert step(ann, draft, "decline", words="It is as the source has it.").status_code == 303
    assert office.drafts.get(draft.number).status is Status.DECLINED


def test_a_report_about_something_else_is_taken_up_through_the_tables(person, office):
    report = error_reports.make({"about": "https://w3id.org/aseancan/queries", "wrong": "There is one missing."})
    office.drafts.receive(report)
    (draft,) = [one for one in office.drafts.all(Status.REPORTED) if one.report == report]
    page = person("Ann").page(f"/desk/drafts/{draft.number}").text
    assert f"/desk/tables?draft={draft.number}" in page
    assert f"draft={draft.number}" in person("Ann").page(f"/desk/tables/registers/bodies?draft={draft.number}").text


def test_two_drafts_of_one_cell_are_not_both_published(person, office, begin):
    bob = person("Bob")
    first, second = (begin("accc", "seat_city", city) for city in ("Bandung", "Medan"))
    for draft in (first, second):
        office.drafts.submit(draft, ANN)
    assert step(bob, first, "publish").status_code == 303
    late = step(bob, second, "publish")
    assert late.status_code == 412
    assert "Bandung" in late.text
    assert "was changed meanwhile" in bob.page(f"/desk/drafts/{second.number}").text
    assert office.drafts.get(second.number).status is Status.REVIEW
