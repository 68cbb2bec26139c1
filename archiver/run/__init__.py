"""One run, from the opened archive to the report."""
