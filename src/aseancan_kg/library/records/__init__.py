"""One record of a thing, and the formats of catalogues that it is written in."""
