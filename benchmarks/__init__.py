"""Compares the archiver with other programs that a user could choose, on the same pages."""
