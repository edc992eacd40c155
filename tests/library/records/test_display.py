"""The display of records for readers."""

from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.display import as_isbd, isbd
from aseancan_kg.library.records.record import records
from aseancan_kg.namespaces import thing


def test_a_plan_reads_as_a_catalogue_shows_it(catalogued):
    lines = isbd(catalogued[thing("instrument", "mpac-2025")]).splitlines()
    assert lines[0] == "Master Plan on ASEAN Connectivity 2025 [Master plan] / 28th ASEAN Summit. — until 2025."
    assert "Supersedes: Master Plan on ASEAN Connectivity." in lines
    assert lines[-1].startswith("Identifier: https://w3id.org/aseancan/id/instrument/mpac-2025 (dataset version ")


def test_an_action_is_told_with_its_number_once_and_its_own_end(served):
    iri = thing("instrument", "asean-canada-poa-2021-2025") + "/action/2.7.4"
    text = isbd(records(served, [iri])[iri])
    assert text.startswith("ASEAN-Canada Plan of Action (2021-2025), action 2.7.4.\n")
    assert ";." not in text
    assert "2019-2025;\n" in text


def test_a_rival_value_is_told_apart_with_its_source(catalogued):
    text = isbd(catalogued[thing("instrument", "actip-2015")])
    assert "Adopted: 2015-11-21." in text
    assert "Adopted according to another source: 2015-11-22 [https://acrath.org.au/" in text


def test_harmful_texts_stay_on_their_line(harmed, harm):
    for record in harmed:
        lines = isbd(record).split("\n")
        assert lines[0].startswith(plain(harm).rstrip("."))
        assert all(line.split(": ")[0] for line in lines[:-1])
        assert not {character for line in lines for character in line} & set("\x00\x07\x1b\x1d\x1e\x1f\r\t\x85\u2028")


def test_records_are_set_apart_by_a_blank_line(catalogued):
    assert as_isbd(list(catalogued.values())).decode().count("\n\n") == len(catalogued) - 1
