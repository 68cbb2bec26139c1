"""Checks and repairs of an archive, without the network."""
