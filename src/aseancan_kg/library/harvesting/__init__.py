"""OAI-PMH: what harvesters ask, and the repository that answers them."""
