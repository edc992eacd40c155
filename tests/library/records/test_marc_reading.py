"""MARC 21 of others: read whichever way it is written, and told apart from what is broken."""

import pymarc
import pytest

from aseancan_kg.errors import InputError, InvalidData
from aseancan_kg.library.records.marc import NAMESPACE
from aseancan_kg.library.records.marc.reading import encoding_of, read

TITLE = "Accord de coopération"


def record(title=TITLE):
    made = pymarc.Record()
    made.add_field(pymarc.Field(tag="001", data="ocm1"))
    fields = pymarc.Field(tag="245", indicators=["1", "0"], subfields=[pymarc.Subfield("a", title)])
    made.add_field(fields)
    return made


def iso2709(*titles):
    return b"".join(record(title).as_marc() for title in titles)


def marc8(title):
    """Return a record whose leader says MARC-8."""
    made = bytearray(iso2709("x" * len(title)).replace(b"x" * len(title), title))
    made[9:10] = b" "
    return bytes(made)


def xml(body, namespace=NAMESPACE):
    return f'<collection xmlns="{namespace}">{body}</collection>'.encode()


def title_of(one):
    return one["245"]["a"] if isinstance(one, pymarc.Record) else one


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_records_of_iso_2709_are_read_in_their_order(between):
    content = between.join(iso2709(title) for title in ("One", TITLE, "Three"))
    assert encoding_of(content) == "marc21"
    assert [title_of(one) for one in read(content, "marc21")] == ["One", TITLE, "Three"]


def test_marc_8_becomes_unicode():
    accent_before_its_letter, cyrillic, greek = b"Accord de coop\xe2eration", b"\x1b(Na b\x1b(B treaty", b"\x1b(Sa b"
    (one, two, three) = read(marc8(accent_before_its_letter) + marc8(cyrillic) + marc8(greek), "marc21")
    assert [title_of(each) for each in (one, two, three)] == [TITLE, "А Б treaty", "α β"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"abcde" + iso2709("x")[5:], "leader or directory do not fit"),
        (b"99999" + iso2709("x")[5:], "leader or directory do not fit"),
        (iso2709("x")[:12] + b"00000" + iso2709("x")[17:], "leader or directory do not fit"),
        (iso2709("x")[:12] + b"99999" + iso2709("x")[17:], "leader or directory do not fit"),
        (iso2709("x")[:24] + b"\xff" + iso2709("x")[25:], "are not in UTF-8, as its leader says"),
        (iso2709("x")[:24] + b"!!!!!!!!!!!!" + iso2709("x")[36:], "leader or directory do not fit"),
        (iso2709("xy").replace(b"axy", b"a\xe9\xe9"), "are not in UTF-8, as its leader says"),
        (iso2709("xy").replace(b"\x1faxy", b"\x1f\xc3xy"), "leader or directory do not fit"),
        (marc8(b"Accord \xff"), "characters that could not be read as MARC-8"),
        (marc8(b"\x1b(SabC"), "characters that could not be read as MARC-8"),
        (marc8(b"\x1b$1ab"), "characters that could not be read as MARC-8"),
        (b"\x1d", "leader or directory do not fit"),
        (iso2709("x")[:-10], "the file ends within the record"),
        (iso2709("x")[:30], "the file ends within the record"),
    ],
)
def test_a_broken_record_is_told_and_the_others_are_read(content, message):
    before, after = iso2709("before"), iso2709("after")
    found = list(read(before + content + (after if content.endswith(b"\x1d") else b""), "marc21"))
    assert title_of(found[0]) == "before"
    assert isinstance(found[1], InvalidData)
    assert message in found[1].message
    assert found[1].remedy
    assert [title_of(one) for one in found[2:]] == (["after"] if content.endswith(b"\x1d") else [])


@pytest.mark.parametrize("namespace", [NAMESPACE, ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_marcxml_is_read_with_and_without_its_namespace(namespace, encoding):
    field = f'<datafield tag="245" ind1="1" ind2="0"><subfield code="a">{TITLE}</subfield></datafield>'
    body = f'<record><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">1</controlfield>{field}</record>'
    content = f'<collection xmlns="{namespace}">{body * 2}</collection>'.encode(encoding)
    assert encoding_of(content) == "marcxml"
    found = list(read(content, "marcxml"))
    assert [(title_of(one), one["001"].data, one["245"].indicator1) for one in found] == [(TITLE, "1", "1")] * 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<collection>", "this is no well-formed XML"),
        (b"<html><body>404</body></html>", "there is no record of MARCXML in it"),
        (xml("<record/>", "http://www.openarchives.org/OAI/2.0/"), "there is no record of MARCXML in it"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><record>&b;</record>', "declares a document type"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><record/>', "declares a document type"),
        (b'<?xml version="1.0" encoding="nonsense"?><record/>', "this is no well-formed XML"),
        (b"<record>\xff</record>", "this is no well-formed XML"),
    ],
)
def test_what_is_no_marcxml_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        list(read(content, "marcxml"))


@pytest.mark.parametrize(
    "body",
    [
        "<leader>short</leader>",
        "<controlfield>no tag</controlfield>",
        '<datafield tag="245"><subfield>no code</subfield></datafield>',
        '<datafield tag="24"/>',
    ],
)
def test_a_broken_record_of_marcxml_is_told(body):
    good = '<record><datafield tag="245"><subfield code="a">good</subfield></datafield></record>'
    broken, after = read(xml(f"<record>{body}</record>{good}"), "marcxml")
    assert isinstance(broken, InvalidData) or body.startswith('<datafield tag="24"/>')
    assert title_of(after) == "good"


@pytest.mark.parametrize("content", [b"", b"title,kind\nx,y\n", b"12345 days,kind\n", "titel;art\n".encode("utf-16")])
def test_a_table_is_no_marc(content):
    assert encoding_of(content) is None
