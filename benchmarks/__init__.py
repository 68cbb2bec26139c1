"""Measures the archiver against what a user would pick instead, on the same pages."""
