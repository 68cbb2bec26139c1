"""newspaper4k: its own threads for download and parsing, with the language set to Chinese."""

from __future__ import annotations

from urllib.request import urlopen

from newspaper import Article
from newspaper.mthreading import fetch_news

from benchmarks.contestants.task import CONCURRENCY, Task, article_line, done


def main() -> None:
    task = Task.given()
    posts = [url for listing in task.listings for url in task.posts(_page(listing))]
    articles = fetch_news([Article(url, language="zh", fetch_images=False) for url in posts], CONCURRENCY)
    with task.open_articles() as lines:
        for article in articles:
            lines.write(
                article_line(
                    article.url,
                    title=article.title or "",
                    date=article.publish_date.isoformat() if article.publish_date else "",
                    source=",".join(article.authors),
                    text=article.text or "",
                )
            )
    done(sum(article.is_parsed for article in articles))


def _page(url: str) -> str:
    with urlopen(url) as response:
        page: bytes = response.read()
        return page.decode()


if __name__ == "__main__":
    main()
