"""Bare Scrapy with its default settings and 16 concurrent requests."""

from __future__ import annotations

from benchmarks.contestants.answers import DEFAULTS, crawl

if __name__ == "__main__":
    crawl(DEFAULTS)
