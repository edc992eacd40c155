"""The cataloguing desk: how records are added and corrected, and nothing that was published is ever lost."""
