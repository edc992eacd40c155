"""Drafts on their way, by one person and by several."""

from dataclasses import replace

import pytest

from aseancan_kg import error_reports
from aseancan_kg.desk import drafts as module
from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.drafts import Drafts, Status
from aseancan_kg.desk.journal import Journal
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, Forbidden, InputError, NotFound

ANN, CARL = (Caller(name, frozenset({"read", "draft"})) for name in ("Ann", "Carl"))
BOB = Caller("Bob", frozenset({"read", "draft", "publish"}))
NAME = Edit("registers/bodies", "asean", {"name": "ASEAN"}, {"name": "Asséan"})
CITY = Edit("registers/bodies", "asean", {"seat_city": "Jakarta"}, {"seat_city": "Bandung"})
NEW = Edit("registers/bodies", "new", None, {"slug": "new", "name": "New"})


@pytest.fixture
def drafts(url):
    return Drafts(Database(url, new=True))


def test_a_draft_goes_its_way_and_what_is_said_of_it_stays(drafts):
    begun = drafts.begin(ANN, [NAME], "As it is written")
    assert (begun.author, begun.status, begun.edits, begun.revision) == ("Ann", Status.DRAFT, (NAME,), 1)
    changed = drafts.change(begun, ANN, begun.with_edit(CITY, NAME.table, NAME.key), "Both")
    assert (changed.edits, changed.reason, changed.revision) == ((CITY,), "Both", 2)
    handed_in = drafts.submit(changed, ANN)
    assert handed_in.status is Status.REVIEW
    drafts.remark(handed_in, CARL, "Which\N{NO-BREAK SPACE}page?\r\nAnd when?")
    back = drafts.send_back(handed_in, BOB, "Say which page.")
    assert (back.status, back.is_in_hand) == (Status.SENT_BACK, True)
    back = drafts.change(back, ANN, back.edits, "Both, as page 3 has them")
    assert back.status is Status.SENT_BACK
    taken = drafts.send_back(drafts.submit(back, ANN), ANN, "")
    assert taken.status is Status.DRAFT
    back = taken
    declined = drafts.decline(drafts.submit(back, ANN), BOB, "It is not so.")
    assert drafts.get(begun.number) == declined
    assert declined.status is Status.DECLINED
    told = [("Carl", "Which page?\nAnd when?"), ("Bob", "Say which page."), ("Bob", "It is not so.")]
    assert [(one.author, one.words) for one in drafts.remarks(declined)] == told
    assert [one.number for one in drafts.all(Status.DECLINED)] == [begun.number]
    assert drafts.all(*module.OPEN) == []


def test_what_others_have_written_too_is_neither_discarded_nor_sent_back_without_a_word(drafts):
    begun = drafts.begin(ANN, [NAME], "As it is written")
    both = drafts.change(begun, BOB, [NAME], "As it is written there")
    for caller in (ANN, BOB):
        with pytest.raises(Forbidden, match="is not yours alone"):
            drafts.discard(both, caller)
        with pytest.raises(InputError, match="nothing is said"):
            drafts.send_back(drafts.submit(both, ANN), caller, "")
        both = drafts.send_back(drafts.get(begun.number), BOB, "Say where.")
    assert both.status is Status.SENT_BACK
    own = drafts.begin(ANN, [NAME], "")
    discarded = drafts.discard(own, ANN)
    assert (discarded.status, drafts.all(*module.OPEN)) == (Status.DISCARDED, [both])
    for caller in (CARL, BOB):
        with pytest.raises(Forbidden):
            drafts.take_up(discarded, caller)
    assert drafts.take_up(discarded, ANN).status is Status.DRAFT
    with pytest.raises(Conflict, match="done to what is discarded"):
        drafts.take_up(both, ANN)


def test_a_row_of_a_draft_is_edited_under_another_key_or_left_out(drafts):
    begun = drafts.begin(ANN, [NAME, NEW], "")
    other = replace(NEW, key="newer", after={"slug": "newer", "name": "New"})
    assert begun.with_edit(other, NEW.table, NEW.key) == (NAME, other)
    assert begun.with_edit(None, NAME.table, NAME.key) == (NEW,)
    assert begun.edit_of(NEW.table, NEW.key) == NEW
    assert begun.edit_of(NEW.table, "other") is None
    for key in ("", "newer"):  # a row that was just filled in, and one that gets the key of another
        with pytest.raises(Conflict, match="has a change of new already"):
            begun.with_edit(NEW, NEW.table, key)
    gone = drafts.begin(ANN, [Edit("registers/bodies", "asean", {"slug": "asean"}, None)], "")
    with pytest.raises(Conflict, match="has a change of asean already"):
        gone.with_edit(NAME, NAME.table, NAME.key)


def test_of_two_who_change_a_draft_as_they_saw_it_one_is_told(drafts):
    begun = drafts.begin(ANN, [NAME], "")
    drafts.change(begun, ANN, [CITY], "")
    for late in (drafts.change, lambda *_: drafts.submit(begun, ANN), lambda *_: drafts.decline(begun, ANN, "No")):
        with pytest.raises(Conflict, match="was changed meanwhile"):
            late(begun, ANN, [NEW], "")
    assert drafts.get(begun.number).edits == (CITY,)


def test_others_may_speak_and_only_author_and_editors_act(drafts):
    begun = drafts.begin(ANN, [NAME], "")
    for act in (
        lambda: drafts.change(begun, CARL, [CITY], ""),
        lambda: drafts.submit(begun, CARL),
        lambda: drafts.decline(begun, CARL, "No"),
        lambda: drafts.publishable(begun, ANN),
    ):
        with pytest.raises(Forbidden):
            act()
    drafts.remark(begun, CARL, "Look again.")
    assert drafts.change(begun, BOB, [CITY], "").authors == ["Ann", "Bob"]


def test_steps_are_taken_in_order(drafts):
    begun = drafts.begin(ANN, [NAME], "")
    for act in (lambda: drafts.send_back(begun, BOB, "Back"), lambda: drafts.publishable(begun, BOB)):
        with pytest.raises(Conflict, match=f"draft {begun.number} is draft"):
            act()
    over = drafts.decline(begun, ANN, "Not needed.")
    for act in (lambda: drafts.change(over, ANN, [CITY], ""), lambda: drafts.submit(over, ANN)):
        with pytest.raises(Conflict, match=f"draft {begun.number} is declined"):
            act()
    with pytest.raises(NotFound):
        drafts.get(4711)


@pytest.mark.parametrize("words", ["", " \n", "\x00", "a\u202eb", "x" * 4001])
def test_a_remark_is_plain_text_and_says_something(drafts, words):
    begun = drafts.begin(ANN, [NAME], "")
    with pytest.raises(InputError):
        drafts.remark(begun, ANN, words)
    with pytest.raises(InputError):
        drafts.decline(begun, ANN, words)
    assert drafts.get(begun.number) == begun


@pytest.mark.parametrize("reason", ["two\nlines", "\x1b[31m"])
def test_a_reason_is_one_line(drafts, reason):
    with pytest.raises(InputError, match="one line"):
        drafts.begin(ANN, [NAME], reason)


def test_one_person_has_not_too_many_open_drafts(drafts, monkeypatch):
    monkeypatch.setattr(module, "MOST_OPEN", 2)
    first, _ = (drafts.begin(ANN, [NAME], "") for _ in range(2))
    with pytest.raises(InputError, match="Ann has 2 open drafts"):
        drafts.begin(ANN, [NAME], "")
    drafts.begin(BOB, [NAME], "")
    drafts.decline(first, ANN, "Done.")
    drafts.begin(ANN, [NAME], "")


def test_a_report_becomes_the_draft_of_whoever_takes_it_up(drafts):
    report = error_reports.make({"about": "https://w3id.org/aseancan/id/body/asean", "wrong": "The name is misspelt."})
    drafts.receive(report)
    drafts.receive(report)  # as after a restart
    (waiting,) = drafts.all(Status.REPORTED)
    assert (waiting.report, waiting.edits, waiting.author) == (report, (), "a reader")
    taken = drafts.change(waiting, ANN, [NAME], "As the reader says")
    assert (taken.author, taken.status, taken.report) == ("Ann", Status.DRAFT, report)
    with pytest.raises(Conflict, match="was changed meanwhile"):
        drafts.decline(waiting, CARL, "It is right as it is.")


def test_a_draft_is_published_with_its_entry_or_neither_is(url, change):
    database = Database(url, new=True)
    drafts, journal = Drafts(database), Journal(database)
    begun = drafts.submit(drafts.begin(ANN, [NAME], "So it is"), ANN)
    drafts.publishable(begun, BOB)

    def also(connection, entry):
        drafts.published(connection, begun, entry.sequence)

    entry = journal.append(change, 0, also)
    found = drafts.get(begun.number)
    assert (found.status, found.entry) == (Status.PUBLISHED, entry.sequence)
    with pytest.raises(Conflict):
        journal.append(change, 1, also)
    assert journal.after(0) == [entry]
