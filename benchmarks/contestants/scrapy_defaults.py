"""Bare Scrapy as it comes, 16 requests at a time."""

from __future__ import annotations

from benchmarks.contestants.answers import DEFAULTS, crawl

if __name__ == "__main__":
    crawl(DEFAULTS)
