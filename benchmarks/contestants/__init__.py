"""One module for each contestant, run as a process of its own with a task file as its only argument."""
