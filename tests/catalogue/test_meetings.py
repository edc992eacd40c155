"""Meetings: their dates and series, and what was reaffirmed at them."""

from aseancan_kg.catalogue.meetings import meetings
from aseancan_kg.namespaces import thing
from aseancan_kg.store.embedded import EmbeddedStore


def test_a_meeting_tells_what_was_reaffirmed_there(served):
    found = meetings(served)
    assert len(found) == 73
    dated = [one.when.earliest for one in found if one.when]
    assert dated == sorted(dated)
    (dialogue,) = [one for one in found if one.statements]
    assert dialogue.iri == thing("meeting", "20th-asean-canada-dialogue")
    assert (dialogue.when.text, dialogue.statements, dialogue.series.label) == (
        "2023-05-30",
        33,
        "ASEAN-Canada Dialogue",
    )
    assert [one.label for one in dialogue.reaffirmed["actions"]][:3] == ["1.1.1", "1.1.7", "1.2.1"]
    assert [one.iri for one in dialogue.reaffirmed["instruments"]] == [
        thing("instrument", "asean-canada-poa-2021-2025")
    ]


def test_what_is_not_known_is_not_made_up(tmp_path):
    file = tmp_path / "meetings.ttl"
    file.write_text(
        "@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix : <urn:> ."
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
        ':a a ac:Meeting . :b a ac:Meeting ; ac:startedOn "1975"^^xsd:gYear . [] ac:saidAt :b .'
    )
    later, first = meetings(EmbeddedStore.from_files([file], union_default_graph=False))[::-1]
    assert (first.iri, first.when.text, first.statements, first.reaffirmed) == ("urn:b", "1975", 1, {})
    assert (later.iri, later.when, later.series, later.place) == ("urn:a", None, None, "")
