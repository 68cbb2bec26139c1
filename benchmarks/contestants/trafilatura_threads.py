"""trafilatura: its own threaded download and its function ``bare_extraction``."""

from __future__ import annotations

from trafilatura import bare_extraction, fetch_url
from trafilatura.downloads import buffered_downloads
from trafilatura.settings import Extractor, use_config

from benchmarks.contestants.task import CONCURRENCY, Task, article_line, done


def main() -> None:
    task = Task.given()
    config = use_config()
    config["DEFAULT"]["SSRF_PROTECTION"] = "no"  # it refuses loopback addresses
    pages = [fetch_url(listing, config=config) for listing in task.listings]
    posts = [url for page in pages for url in task.posts(page or "")]
    got = 0
    with task.open_articles() as lines:
        for url, page in buffered_downloads(posts, CONCURRENCY, Extractor(config=config)):
            if line := _line(url, page):
                lines.write(line)
                got += 1
    done(got)


def _line(url: str, page: str) -> str:
    """Empty if trafilatura extracted nothing."""
    document = bare_extraction(page, url=url, with_metadata=True)
    if document is None:
        return ""
    return article_line(
        url,
        title=document.title or "",
        date=document.date or "",
        source=document.author or document.sitename or "",
        text=document.text or "",
    )


if __name__ == "__main__":
    main()
