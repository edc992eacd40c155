"""The HTTP service: rooms, the state they share, and the pages they show."""
