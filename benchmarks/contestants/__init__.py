"""One module for each contestant. Each runs as a separate process with a task file as its only argument."""
