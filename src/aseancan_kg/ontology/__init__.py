"""The ontology itself: how sound it is, and its documentation."""
