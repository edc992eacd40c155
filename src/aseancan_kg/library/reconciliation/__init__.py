"""Names that others use, matched with things of the dataset."""
