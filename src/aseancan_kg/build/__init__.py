"""Sources and registers → one dataset of named graphs."""
