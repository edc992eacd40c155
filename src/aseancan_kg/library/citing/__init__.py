"""What of a thing is cited, in the formats of reference managers and as style guides want it."""
