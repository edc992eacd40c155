import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aseancan_kg.build import values
from aseancan_kg.imports.incoming import cells
from aseancan_kg.imports.slugs import proposed


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({"title": "ASEAN Convention …", "acronym": "ACTIP", "adopted": "2015-11-21"}, "actip-2015"),
        ({"title": "Master Plan", "acronym": "MPAC 2025", "adopted": "2016-09-06"}, "mpac-2025"),
        ({"title": "Pact on Women’s Rights in Hà Nội", "adopted": "2010"}, "pact-on-womens-rights-in-ha-noi-2010"),
        ({"title": "Long", "short_title": "Plan of ASEAN", "period_start": "2021"}, "plan-of-asean-2021"),
        ({"title": "แผนแม่บท", "adopted": "2016"}, "instrument-2016"),
        ({"title": "Pact"}, "pact"),
        ({"title": "Taken"}, "taken-3"),
    ],
)
def test_a_slug_is_made_of_the_shortest_name_and_the_year(given, slug):
    assert proposed(cells(given), {"taken", "taken-2"}) == slug


@given(st.text(), st.text(max_size=30), st.sampled_from(["", "2020-01", "soon"]))
def test_every_name_gives_a_slug(title, acronym, adopted):
    made = proposed(cells({"title": title, "acronym": acronym, "adopted": adopted}), ())
    assert values.slug(made)
    assert len(re.sub(r"-\d{4}$", "", made)) <= 60
