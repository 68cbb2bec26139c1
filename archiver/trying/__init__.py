"""Tries a profile without an archive: what its rules find, saved pages, and drafts of new profiles."""
