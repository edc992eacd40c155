"""Pictures as SVG: each of one figure of the catalogue."""
