"""Texts cut at their mentions."""

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.catalogue.mentions import Mention, runs


def mention(words, start, end=None, *, thing="x", after=""):
    end = start + len(words) if end is None else end
    return Mention(
        f"{thing}/{start}-{end}",
        "p",
        Link(thing, thing),
        "body",
        Link("r", "r"),
        words,
        after,
        start,
        end,
        None,
        None,
        None,
    )


def cut(text, start, end, *mentions):
    found, unplaced = runs(text, start, end, mentions)
    assert "".join(run.text for run in found) == text
    return [(run.text, run.mention.thing.iri) for run in found if run.mention], [one.words for one in unplaced]


def test_a_name_within_a_name_has_its_own_words():
    outer, inner = mention("ASEAN Centre (AC)", 7, thing="centre"), mention("ASEAN", 7, thing="asean")
    assert cut("Be the ASEAN Centre (AC);", 0, 25, outer, inner) == (
        [("ASEAN", "asean"), ("Centre (AC)", "centre")],
        [],
    )


def test_a_hyphen_between_names_is_no_link():
    names = [mention("Pact of A-B", 0, thing="pact"), mention("A", 8, thing="a"), mention("B", 10, thing="b")]
    found, _ = runs("Pact of A-B", 0, 11, names)
    assert [(run.text, run.names) for run in found if run.mention] == [
        ("Pact of", True),
        ("A", True),
        ("-", False),
        ("B", True),
    ]


def test_names_that_overlap_are_both_links():
    assert cut("one two three", 0, 13, mention("one two", 0, thing="a"), mention("two three", 4, thing="b"))[0] == [
        ("one two", "a"),
        ("three", "b"),
    ]


def test_two_things_named_by_the_same_words_are_both_links():
    assert cut("the PMC met", 0, 11, mention("PMC", 4, thing="a"), mention("PMC", 4, thing="b"))[0] == [
        ("PMC", "a"),
        ("", "b"),
    ]


def test_white_space_that_was_taken_out_is_allowed_for():
    # The edition reads "of  the\n\nASEAN   Centre" from code point 100.
    text = "of the ASEAN Centre"
    assert cut(text, 100, 124, mention("ASEAN Centre", 109, 124, thing="c"), mention("ASEAN", 109, thing="a"))[0] == [
        ("ASEAN", "a"),
        ("Centre", "c"),
    ]


def test_words_that_come_again_are_told_apart_by_what_follows_them():
    # The edition reads "A [bookmark: _12]Canada or Canada;": what the bookmark took is as long as "Canada or ".
    text = "A Canada or Canada;"
    first, second = (
        mention("Canada", 12, thing="first", after=" or Canada;"),
        mention("Canada", 22, thing="second", after=";"),
    )
    found, _ = runs(text, 0, 29, [first, second])
    places = {run.mention.thing.iri: text.index(run.text) for run in found if run.mention}
    assert places.keys() == {"first", "second"}
    assert [run.mention.thing.iri for run in found if run.mention] == ["first", "second"]


def test_words_that_do_not_stand_there_are_told():
    assert cut("nothing of that name", 0, 20, mention("ASEAN", 3)) == ([], ["ASEAN"])
    assert cut("ASEAN", None, None, mention("ASEAN", 0)) == ([], ["ASEAN"])
    assert cut("", 0, 0) == ([], [])
