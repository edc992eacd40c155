"""The whole dataset as tables, and the formats of files that they are written in."""
