"""What pages show of the served dataset."""
