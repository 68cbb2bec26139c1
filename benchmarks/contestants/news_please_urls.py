"""news-please: its function for a list of addresses, which uses a thread for each address and a process for
each core."""

from __future__ import annotations

from newsplease import NewsPlease, SimpleCrawler

from benchmarks.contestants.task import Task, article_line, done


def main() -> None:
    task = Task.given()
    posts = [url for listing in task.listings for url in task.posts(SimpleCrawler.fetch_url(listing) or "")]
    found = NewsPlease.from_urls(posts, request_args={"timeout": 30}, fetch_images=False)
    articles = {url: article for url, article in found.items() if article}
    with task.open_articles() as lines:
        for url, article in articles.items():
            lines.write(
                article_line(
                    url,
                    title=article.title or "",
                    date=article.date_publish.isoformat() if article.date_publish else "",
                    source=",".join(article.authors),
                    text=article.maintext or "",
                )
            )
    done(len(articles))


if __name__ == "__main__":
    main()
