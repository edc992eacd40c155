"""Forms: what they show, what is made of them, and what is told where something is wrong."""

import json
import re
from html import unescape

import pytest

from aseancan_kg.desk.accounts import Caller

TABLE = "registers/bodies"
HIDDEN = r'<input type="hidden" name="([^"]+)" value="([^"]*)"'
EDIT, NEW, CHECK = (f"/desk/{door}/{TABLE}" for door in ("edit", "new", "check"))


@pytest.fixture(scope="module")
def ann(person):
    return person("Ann")


def number(answer):
    return int(answer.headers["Location"].rpartition("/")[2])


def test_a_form_is_made_of_the_shapes_and_holds_the_row(ann, cells):
    page = ann.page(f"{EDIT}/aha-centre")
    assert page.status_code == 200
    held = cells(page.text)
    assert held["cell.slug"] == ["aha-centre"]
    assert held["cell.acronym"][0].startswith("AHA")
    assert not re.search(r'<(input|textarea) id="cell-slug"', page.text)
    assert "What it rests on: web addresses" in page.text
    assert "<dt>Medium</dt><dd>One secondary source says it.</dd>" in page.text
    assert ann.page(f"{EDIT}/nobody").status_code == 404
    assert ann.page("/desk/edit/registers/nonsense/x").status_code == 404


def test_codes_of_several_lists_are_offered_where_one_is_written(ann):
    page = ann.page("/desk/new/codings/plan-of-action-2021-2025/codings").text
    (offered,) = re.findall(r'<datalist id="choices-value">(.*?)</datalist>', page)
    assert '<option value="firm">Firmness: Firm</option>' in offered
    assert re.search(r'<input id="cell-value" [^>]*list="choices-value"', page)


def test_a_form_shows_what_other_sources_have_and_what_names_the_thing(ann):
    page = ann.page(f"{EDIT}/aichr").text
    (rival,) = re.findall(r'Another source has: <a href="([^"]*)">2009-09</a>', page)
    assert ann.page(rival).status_code == 200
    assert re.search(r"<summary>Body <small>registers/bodies, 1</small></summary>\s*<ul><li><a [^>]*>task-force", page)
    (new,) = re.findall(r'href="([^"]*)">what another source says of it', page)
    form = ann.page(new).text
    assert 'name="cell.entity" value="body/aichr"' in form
    (offered,) = re.findall(r'<datalist id="choices-column">(.*?)</datalist>', form)
    assert '<option value="established">Established: body, ' in offered
    assert 'value="slug"' not in offered
    assert re.search(r'<input id="cell-column" [^>]*list="choices-column"', form)
    assert 'data-suggest="/desk/look-up?kind=source&kind=address" data-fill' in unescape(form)
    # What a withdrawal would leave without a thing is told before it is begun.
    assert "task-force-mrpd</a>" in ann.page(f"/desk/withdraw/{TABLE}/aichr").text
    assert "What names it" not in ann.page("/desk/withdraw/registers/memberships/asean-thailand").text
    (gone, *_) = re.findall(
        r'href="/desk/edit/(registers/identifiers/[^"]*)"', ann.page("/desk/tables/registers/identifiers").text
    )
    assert "What replaces it" not in ann.page(f"/desk/withdraw/{gone}").text


def test_what_is_added_to_a_thing_stays_in_its_draft(ann, office):
    with office.desk() as desk:
        edits = desk.composer.edits(TABLE, "slug,note\naichr,In a draft\n")
    draft = office.drafts.begin(Caller("Ann", frozenset({"draft"})), edits, "")
    page = ann.page(f"{EDIT}/aichr?draft={draft.number}").text
    for words in ("2009-09", "what another source says of it", "a further name", "task-force-mrpd"):
        (link,) = re.findall(rf'href="([^"]*)">{words}</a>', page)
        assert f"draft={draft.number}" in link
        assert f'In <a href="/desk/drafts/{draft.number}"' in ann.page(unescape(link)).text


def test_one_goes_from_what_readers_see_to_its_form_and_back(ann):
    page = ann.page("/doc/instrument/actip-2015").text
    (link,) = re.findall(r'href="(/desk/thing[^"]*)"', page)
    sent = ann.page(unescape(link))
    assert (sent.status_code, sent.headers["Location"]) == (303, "/desk/edit/registers/instruments/actip-2015")
    form = ann.page(sent.headers["Location"]).text
    assert '<a href="/doc/instrument/actip-2015">As readers see it</a>' in form
    assert "<h1>ASEAN Convention Against Trafficking in Persons" in form
    action = "instrument/asean-canada-poa-2021-2025/action/1.1.1"
    for iri in (f"https://w3id.org/aseancan/id/{action}", "urn:x", ""):
        assert ann.page("/desk/thing", params={"iri": iri}).status_code == 404
    assert all("/desk/thing" not in ann.page(path).text for path in ("/browse", f"/doc/{action}"))
    (link,) = re.findall(r'href="(/desk/thing[^"]*)"', ann.page("/scheme/instrument-kind/treaty").text)
    to_code = ann.page(unescape(link)).headers["Location"]
    assert to_code.startswith("/desk/edit/registers/concepts/instrument-kind")
    assert ann.page(to_code).status_code == 200


def test_what_is_changed_becomes_a_draft_and_nothing_else(ann, office, cells):
    page = ann.page(f"{EDIT}/asean-secretariat")
    held = cells(page.text)
    answer = ann.send(f"{EDIT}/asean-secretariat", {**held, "cell.seat_city": "Bandung", "reason": "The seal says so"})
    assert answer.status_code == 303, answer.text
    draft = office.drafts.get(number(answer))
    (edit,) = draft.edits
    assert (edit.table, edit.key, edit.after) == (TABLE, "asean-secretariat", {"seat_city": "Bandung"})
    assert (draft.author, draft.reason, draft.status) == ("Ann", "The seal says so", "draft")
    again = ann.page(f"{EDIT}/asean-secretariat?draft={draft.number}")
    assert cells(again.text)["cell.seat_city"] == ["Bandung"]
    back = ann.send(
        f"{EDIT}/asean-secretariat?draft={draft.number}", {**cells(again.text), "cell.seat_city": "Jakarta"}
    )
    assert back.status_code == 303
    assert [one.after for one in office.drafts.get(draft.number).edits] in ([], [{"seat_city": "Jakarta"}])


def test_what_is_wrong_is_told_at_its_field_and_the_draft_is_kept(ann, office, cells):
    held = cells(ann.page(f"{EDIT}/aichr").text)
    answer = ann.send(f"{EDIT}/aichr", {**held, "cell.established": "in autumn", "cell.sources": []})
    assert answer.headers["Location"].startswith(f"{EDIT}/aichr?draft=")
    page = ann.page(answer.headers["Location"]).text
    assert re.search(r'id="trouble-established">[^<]*is not a date', page)
    assert re.search(r'id="trouble-sources">[^<]+<', page)
    assert 'aria-invalid="true"' in re.search(r'<input id="cell-established"[^>]*>', page)[0]
    (edit,) = office.drafts.get(int(answer.headers["Location"].rpartition("=")[2])).edits
    assert edit.after["established"] == "in autumn"


def test_it_is_told_while_one_writes(ann, office, cells):
    page = ann.page(f"{EDIT}/aichr").text
    held = {
        **cells(page),
        "cell.pillar": "nonsense",
        "was": unescape(re.search(r'name="was" value="([^"]*)"', page)[1]),
    }
    answer = ann.send(CHECK, held, seen=f"{EDIT}/aichr")
    assert answer.status_code == 200, answer.text
    assert "pillar" in answer.json()["problems"]
    assert ann.send(CHECK, cells(page), seen=f"{EDIT}/aichr").json()["problems"] == {}


def test_a_new_row_that_is_like_another_is_told(ann):
    new = {"cell.slug": "a-double", "cell.name": "ASEAN Secretariat", "cell.kind": "organ"}
    told = ann.send(CHECK, new, seen=NEW).json()
    assert "ASEAN Secretariat" in told["alike"]
    page = ann.page(ann.send(NEW, new).headers["Location"]).text
    assert "It may be the same as" in page


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ({"cell.slug": "asean", "cell.name": "Another"}, "there is a row asean already"),
        ({"cell.name": "Nameless"}, "nothing tells the row from others"),
    ],
)
def test_a_new_row_needs_a_name_of_its_own_and_what_was_written_stays(ann, cells, new, told):
    answer = ann.send(NEW, new)
    assert answer.status_code == 400
    assert told in answer.text
    assert cells(answer.text)["cell.name"] == [new["cell.name"]]
    assert 'name="was" value="null"' in answer.text


def test_a_broken_address_is_told_and_harms_nobody(ann, office, cells):
    held = cells(ann.page(f"{EDIT}/aichr").text)
    for address in ("https://asean.org/%zz", "https://asean.org/#a#b"):
        told = ann.send(CHECK, {**held, "cell.url": address}, seen=f"{EDIT}/aichr")
        assert "percent-encode" in "".join(told.json()["problems"]["url"])


def test_a_name_that_means_one_thing_becomes_its_reference(ann, office, cells):
    held = cells(ann.page(f"{EDIT}/aichr").text)
    answer = ann.send(f"{EDIT}/aichr", {**held, "cell.parent": "ASEAN Secretariat", "reason": "So it is"})
    draft = int(re.search(r"\d+$", answer.headers["Location"])[0])
    (edit,) = office.drafts.get(draft).edits
    assert edit.after["parent"] == "body/asean-secretariat"


def test_two_who_change_different_fields_both_keep_their_work_and_of_one_both_are_shown(ann, person, office, cells):
    slug = "accmsme"
    page = ann.page(f"{EDIT}/{slug}").text
    held, hidden = cells(page), dict(re.findall(HIDDEN, page))
    with office.desk() as desk:
        edits = desk.composer.edits(TABLE, f"slug,seat_city,seat_country\n{slug},Bandung,Elsewhere\n")
        desk.publish(edits, "Bob", "Meanwhile")
    hidden = {name: unescape(value) for name, value in hidden.items()}
    same_origin = {"Sec-Fetch-Site": "same-origin"}

    def send(changed):
        return ann.client.post(f"{EDIT}/{slug}", data={**hidden, **held, **changed}, headers=same_origin)

    other = send({"cell.members_note": "Some", "reason": "Another field"})
    assert other.status_code == 303, other.text
    (edit,) = office.drafts.get(int(re.search(r"\d+$", other.headers["Location"])[0])).edits
    assert edit.after == {"members_note": "Some"}
    same = send({"cell.seat_city": "Medan", "reason": "The same field"})
    assert same.status_code == 412
    assert "Both versions" in same.text
    assert re.search(r"<td>Bandung</td><td>Medan</td>", same.text)
    hidden = {name: unescape(value) for name, value in re.findall(HIDDEN, same.text)}
    again = ann.client.post(
        f"{EDIT}/{slug}", data={**hidden, **cells(same.text), "reason": "Mine after all"}, headers=same_origin
    )
    (edit,) = office.drafts.get(int(re.search(r"\d+$", again.headers["Location"])[0])).edits
    assert edit.after == {"seat_city": "Medan"}  # and not the country, which somebody else has changed


def test_what_was_changed_meanwhile_is_told_at_the_fields_of_a_draft_and_settled_there(ann, office, cells):
    with office.desk() as desk:
        mine = desk.composer.edits(TABLE, "slug,seat_city\nacwc,Ipoh\n")
        draft = office.drafts.begin(Caller("Ann", frozenset({"read", "draft"})), mine, "As its own site has it")
        theirs = desk.composer.edits(TABLE, "slug,seat_city,seat_country\nacwc,Medan,Elsewhere\n")
        desk.publish(theirs, "Bob", "Meanwhile")
    path = f"{EDIT}/acwc?draft={draft.number}"
    page = ann.page(path).text
    (told,) = re.findall(r'<p class="trouble" id="trouble-seat_city">(.*?)</p>', page)
    assert "Somebody has changed it meanwhile; it is “Medan” now." in told
    assert "<td>Medan</td><td>Ipoh</td>" in page
    held = cells(page)
    assert (held["cell.seat_city"], held["cell.seat_country"]) == (["Ipoh"], ["Elsewhere"])
    assert ann.send(path, {**held, "reason": "Mine after all"}).status_code == 303
    (edit,) = office.drafts.get(draft.number).edits
    assert (edit.before, edit.after) == ({"seat_city": "Medan"}, {"seat_city": "Ipoh"})


@pytest.mark.parametrize("was", ["nonsense", "[]", '{"slug": 1}'])
def test_a_form_that_is_not_whole_is_refused(ann, was):
    page = ann.page(f"{EDIT}/aichr").text
    csrf = re.search(r'name="csrf" value="([^"]*)"', page)[1]
    answer = ann.client.post(
        f"{EDIT}/aichr", data={"csrf": csrf, "was": was}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 400


def test_a_draft_of_another_is_not_changed_through_a_form(ann, person, office, cells):
    carl = person("Carl")
    held = cells(carl.page(f"{EDIT}/aichr").text)
    number_ = number(carl.send(f"{EDIT}/aichr", {**held, "cell.seat_city": "Medan", "reason": "Mine"}))
    assert ann.page(f"{EDIT}/aichr?draft={number_}").status_code == 403
    page = ann.page(f"{EDIT}/aichr").text
    hidden = {name: unescape(value) for name, value in re.findall(HIDDEN, page)}
    form = {**hidden, **cells(page), "cell.seat_city": "Ipoh", "draft": str(number_), "revision": "1"}
    refused = ann.client.post(f"{EDIT}/aichr", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status_code == 403
    assert cells(refused.text)["cell.seat_city"] == ["Ipoh"]  # what was written is not lost
    assert json.dumps(office.drafts.get(number_).edits[0].after) == json.dumps({"seat_city": "Medan"})


def test_a_form_is_saved_and_opened_though_another_row_of_its_draft_is_overtaken(ann, office, cells):
    with office.desk() as desk:
        edits = desk.composer.edits(TABLE, "slug,seat_city\ncosti,Bogor\nasean-ipr,Depok\n")
        newer = desk.composer.edits("registers/persons", "slug,name\nsomebody-else,Somebody Else\n")
        draft = office.drafts.begin(Caller("Ann", frozenset({"read", "draft"})), [*edits, *newer], "Three rows")
        desk.publish(desk.composer.edits(TABLE, "slug,seat_city\ncosti,Bekasi\n"), "Bob", "First")
    new = f"/desk/edit/registers/persons/somebody-else?draft={draft.number}"
    page = ann.page(new)
    assert page.status_code == 200
    assert "costi in registers/bodies was changed meanwhile" in page.text
    path = f"{EDIT}/asean-ipr?draft={draft.number}"
    held = {name: value for name, value in cells(ann.page(path).text).items() if any(value)}
    sent = ann.send(path, {**held, "cell.seat_city": "Bandung", "reason": "Three rows"})
    assert (sent.status_code, sent.headers["Location"]) == (303, path)  # where it stands that another is overtaken
    assert office.drafts.get(draft.number).edit_of(TABLE, "asean-ipr").after == {"seat_city": "Bandung"}


def test_the_form_of_a_row_that_its_draft_withdraws_takes_nothing_of_that_back(ann, office, cells):
    with office.desk() as desk:
        edits = desk.composer.withdrawal(TABLE, "asean-ipr", ["body/asean"])
    draft = office.drafts.begin(Caller("Ann", frozenset({"read", "draft"})), edits, "It was merged")
    path = f"{EDIT}/asean-ipr?draft={draft.number}"
    held = {name: value for name, value in cells(ann.page(path).text).items() if any(value)}
    answer = ann.send(path, {**held, "reason": "It was merged"})
    assert answer.status_code == 412
    assert f"draft {draft.number} has a change of asean-ipr already" in answer.text
    assert office.drafts.get(draft.number).edits == tuple(edits)
