"""Tables, mentions, many rows at once, and withdrawals."""

import re
from html import unescape
from urllib.parse import quote

import pytest

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.drafts import Status

EDITION = "plan-of-action-2021-2025"


@pytest.fixture(scope="module")
def ann(person):
    return person("Ann")


def draft_of(office, answer):
    assert answer.status_code == 303, answer.text
    return office.drafts.get(int(answer.headers["Location"].rpartition("/")[2]))


def test_rows_are_found_by_their_words(ann):
    page = ann.page("/desk/tables/registers/instruments", params={"q": "trafficking convention"}).text
    assert "/desk/edit/registers/instruments/actip-2015" in page
    assert "/desk/edit/registers/instruments/aoip-2019" not in page
    listed = ann.page("/desk/tables").text
    assert f"/desk/tables/codings/{EDITION}/mentions" in listed
    assert ann.page("/desk/tables/registers/instruments?page=400").status_code == 404
    assert ann.page("/desk/tables/registers/instruments?page=x").status_code == 400
    assert ann.page("/desk/tables/registers/nonsense").status_code == 404


def test_every_table_has_a_form(ann):
    tables = re.findall(r'href="/desk/new/((?:registers|codings)[^"?]*)"', ann.page("/desk/tables").text)
    assert len(tables) > 20
    for table in tables:
        assert ann.page(f"/desk/new/{table}").status_code == 200, table


def test_many_rows_become_a_draft_that_shows_every_change(ann, office):
    rows = "slug,seat_city\r\nasean-csr-network,Bandung\r\nasean-university-network,Medan\r\n"
    form = {"table": "registers/bodies", "rows": rows, "reason": "A list of seats"}
    draft = draft_of(office, ann.send("/desk/bulk", form))
    assert {one.key: one.after["seat_city"] for one in draft.edits} == {
        "asean-csr-network": "Bandung",
        "asean-university-network": "Medan",
    }
    page = ann.page(f"/desk/drafts/{draft.number}").text
    assert page.count("<ins>") == 2
    assert draft.status is Status.DRAFT


def test_a_comma_behind_each_row_is_no_column(ann, office):
    rows = "slug,seat_city,\nasean-csr-network,Sabang,\n"
    (edit,) = draft_of(office, ann.send("/desk/bulk", {"table": "registers/bodies", "rows": rows})).edits
    assert edit.after == {"seat_city": "Sabang"}


@pytest.mark.parametrize("between", ["\t", ";"])
def test_rows_are_pasted_from_a_spreadsheet(ann, office, between):
    rows = f"slug{between}seat_city\r\nasean-csr-network{between}Sabang\r\n"
    (edit,) = draft_of(office, ann.send("/desk/bulk", {"table": "registers/bodies", "rows": rows})).edits
    assert edit.after == {"seat_city": "Sabang"}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("slug,seat_city\nasean,Medan,Ipoh\n", "3 cells where the header has 2"),
        ("slug,slug\nasean,asean\n", "twice"),
        ('slug,name\n"asean,x\n', "not CSV"),
        ("slug,seat_city\nasean,A\nasean,B\n", "asean is there twice"),
        ("slug,seat_city,colour,size\nasean,A,red,5\n", "registers/bodies has no column colour, size"),
        ("slug,,seat_city\nasean,x,A\n", "registers/bodies has no column without a name"),
        ("seat_city\nJakarta\n", "nothing that tells it from others"),
        ("slug\nasean\n", "it changes nothing"),
        ("", "it changes nothing"),
    ],
)
def test_rows_that_cannot_be_read_are_told_and_kept_in_the_form(ann, rows, told):
    answer = ann.send("/desk/bulk", {"table": "registers/bodies", "rows": rows})
    assert answer.status_code == 400
    assert told in unescape(answer.text)
    assert rows.strip() in unescape(answer.text)
    assert ann.send("/desk/bulk", {"table": "registers/nonsense", "rows": "slug\nx\n"}).status_code == 400


def test_a_form_that_is_shown_again_is_still_of_the_draft_that_was_seen(ann, office):
    with office.desk() as desk:
        edits = desk.composer.edits("registers/bodies", "slug,seat_city\nasean-ipr,Bogor\n")
    begun = office.drafts.begin(Caller("Ann", frozenset({"read", "draft"})), edits, "A shelf")
    path = f"/desk/withdraw/registers/bodies/seanwfz-commission?draft={begun.number}"
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', ann.page(path).text))
    office.drafts.change(begun, Caller("Carl", frozenset({"draft", "publish"})), edits, "Another reason")
    given = {**hidden, "reason": "Mine", "replacement": "nonsense"}
    same = {"Sec-Fetch-Site": "same-origin"}
    shown = ann.client.post(path, data=given, headers=same)
    assert shown.status_code == 400
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text))
    assert ann.client.post(path, data={**hidden, "reason": "Mine"}, headers=same).status_code == 412
    assert office.drafts.get(begun.number).reason == "Another reason"
    assert ann.send(path, {"reason": " "}).status_code == 303
    assert office.drafts.get(begun.number).reason == "Another reason"


@pytest.mark.proof
def test_a_withdrawal_tells_what_becomes_of_the_address(ann, office):
    path = "/desk/withdraw/registers/bodies/seanwfz-commission"
    assert ann.page(path).status_code == 200
    assert ann.page("/desk/withdraw/registers/bodies/nobody").status_code == 404
    draft = draft_of(office, ann.send(path, {"reason": "It was never made", "replacement": "body/asean"}))
    gone, former = draft.edits
    assert (gone.table, gone.after) == ("registers/bodies", None)
    assert (former.key, former.after["replacement"]) == ("id/body/seanwfz-commission", "id/body/asean")
    draft = draft_of(office, ann.send(path, {"reason": "It was never made"}))
    assert draft.edits == (gone,)
    page = ann.page(f"/desk/drafts/{draft.number}").text
    assert "<code>id/body/seanwfz-commission</code> is withdrawn" in page
    unknown = ann.send(path, {"reason": "It was never made", "replacement": "nonsense"})
    assert unknown.status_code == 400
    assert "there is no nonsense" in unknown.text
    assert 'name="reason" required maxlength="500" value="It was never made"' in unknown.text
    assert 'name="replacement" value="nonsense"' in unknown.text
    unseen = ann.send(path, {"reason": "It was\u200bmerged", "replacement": "body/asean"})
    assert (unseen.status_code, 'name="replacement" value="body/asean"' in unseen.text) == (400, True)


def test_what_refers_to_a_thing_goes_with_it_in_one_draft(ann, office):
    table, key = "registers/instruments", "mpac-2010"
    with office.desk() as desk:
        edits = desk.composer.edits("registers/bodies", "slug,seat_city\nasean-ipr,Bandung\n")
    held = office.drafts.begin(Caller("Ann", frozenset({"read", "draft"})), edits, "A tidy shelf")
    path = f"/desk/withdraw/{table}/{key}?draft={held.number}"
    assert f'href="{path}"' in ann.page(f"/desk/edit/{table}/{key}?draft={held.number}").text
    assert 'value="A tidy shelf"' in ann.page(path).text
    sent = ann.send(path, {"reason": "It has a successor", "replacement": "mpac 2025\n"})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/desk/drafts/{held.number}")
    draft = office.drafts.get(held.number)
    assert draft.reason == "It has a successor"
    assert [one.key for one in draft.edits] == ["asean-ipr", key, f"id/instrument/{key}"]
    assert draft.edits[2].after["replacement"] == "id/instrument/mpac-2025"
    page = ann.page(f"/desk/drafts/{held.number}").text
    assert f"it refers to instrument/{key}, which is withdrawn. Have it refer to another thing" in page
    (mention,) = {unescape(one) for one in re.findall(r'href="/desk/edit/(codings/[^"?]*)\?draft', page)}
    again = ann.send(f"/desk/withdraw/{mention}?draft={held.number}", {"reason": "It goes with it"})
    assert again.status_code == 303
    wrong = ann.page(f"/desk/drafts/{held.number}").text.partition("<h2>Changed")[0]
    assert "registers/instruments/mpac-2025" in wrong  # which supersedes it
    assert quote(mention) not in wrong
    assert "Its address goes on to answer" not in ann.page(f"/desk/withdraw/{mention}").text
    form = {"reason": "x", "draft": str(held.number), "revision": "1"}
    csrf = re.search(r'name="csrf" value="([^"]*)"', ann.page(path).text)[1]
    late = ann.client.post(path, data={**form, "csrf": csrf}, headers={"Sec-Fetch-Site": "same-origin"})
    assert late.status_code == 412


@pytest.mark.proof
def test_a_mention_is_accepted_rejected_or_linked_anew(ann, office, cells):
    page = ann.page(f"/desk/mentions/{EDITION}?q=ACTIP&all=").text
    judge = unescape(re.search(r'href="(/desk/(?:new|edit)/codings/[^"]+)"', page)[1])
    form = ann.page(judge).text
    held = cells(form)
    relations = re.findall(r'name="cell.relation" value="(\w+)" checked', form)
    sent = {**held, "cell.decision": "rejected", "cell.relation": relations, "reason": "As the text has it"}
    (edit,) = draft_of(office, ann.send(judge, sent)).edits
    assert edit.after == {"decision": "rejected"}
    anew = {**sent, "cell.decision": "accepted", "cell.entity": "instrument/aoip-2019"}
    (edit,) = draft_of(office, ann.send(judge, anew)).edits
    assert edit.after == {"entity": "instrument/aoip-2019"}
    assert ann.page("/desk/mentions/nonsense").status_code in (400, 404)


def test_several_mentions_are_judged_in_one_draft(ann, office):
    path = f"/desk/mentions/{EDITION}"
    page = ann.page(f"{path}?all=").text
    names = [unescape(one) for one in re.findall(r'name="mention" value="([^"]+)"', page)][:2]
    form = {"mention": names, "decision": "rejected", "reason": "Other words"}
    draft = draft_of(office, ann.send(path, form, seen=f"{path}?all="))
    assert [(edit.table, edit.after["decision"]) for edit in draft.edits] == [
        (f"codings/{EDITION}/mentions", "rejected")
    ] * 2
    assert ann.send(path, {**form, "mention": []}, seen=f"{path}?all=").status_code == 400
    assert ann.send(path, {**form, "decision": "accepted"}, seen=f"{path}?all=").status_code == 400
    assert ann.send(path, {**form, "decision": "nonsense"}, seen=f"{path}?all=").status_code == 400
    judged_since = [f"{one.removesuffix('accepted')}rejected" for one in names]
    assert ann.send(path, {**form, "mention": judged_since}, seen=f"{path}?all=").status_code == 412


def test_a_form_that_is_sent_twice_begins_one_draft(ann, office):
    form = {"table": "registers/bodies", "rows": "slug,seat_city\r\nasean-csr-network,Medan\r\n", "reason": "Twice"}
    held = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', ann.page("/desk/bulk").text))

    def send(**changed):
        headers = {"Sec-Fetch-Site": "same-origin"}
        return draft_of(office, ann.client.post("/desk/bulk", data={**held, **form, **changed}, headers=headers)).number

    first = send()
    assert send() == first
    assert send(reason="Its user went back and changed it") != first
    assert draft_of(office, ann.send("/desk/bulk", form)).number != first
    declined = ann.send(f"/desk/drafts/{first}/decline", {"words": "Not so"}, seen=f"/desk/drafts/{first}")
    assert declined.status_code == 303
    assert send() != first
    held.pop("once")
    assert send() != send()
