"""The relative date of a row counts from its listing, also for an article that a later run requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from archiver.normalise.zone import BEIJING
from archiver.posts import read
from tests import faultd
from tests.faultd import Faultd, status
from tests.faults.small import Small, crawl_small, profile


class Undated(Small):
    """Only the rows have dates, which are relative."""

    def fields(self, name: str) -> dict[str, object]:
        return {key: value for key, value in super().fields(name).items() if key != "date"}

    def listing(self, category: str) -> str:
        return super().listing(category).replace("<a ", '<a data-said="1小时前" ')


def test_a_relative_date_of_a_row_counts_from_its_listing_in_a_later_run(tmp_path: Path) -> None:
    with Faultd(Undated(["a1"])) as server:
        site = profile(tmp_path, [server.origin(1)])
        site.write_text(
            site.read_text().replace("title: '::text'", "title: '::text', date: '::attr(data-said)'")
        )
        server.script["/list?x"] = [faultd.headers("Age: 172800")]
        server.script["/text?id=a1"] = [status(503)]
        began = datetime.now(BEIJING)
        failed = crawl_small(site, tmp_path / "archive", "-a", "category=x", "-s", "RETRY_TIMES=0")
        assert failed.ends() == {"a1": ("deferred", "status_503")}
        server.always["/list?x"] = faultd.body(Undated(["a2"]).listing("x").encode(), "text/html")
        again = crawl_small(site, tmp_path / "archive", "-a", "category=x")
        ended = datetime.now(BEIJING)
    assert (again.status, again["posted"]) == (0, 2), again.stderr
    dates = {
        path.name[11:]: read(path.read_text(), path.name).date
        for path in (tmp_path / "archive/_posts").iterdir()
    }
    hour, days, second = timedelta(hours=1), timedelta(days=2), timedelta(seconds=1)
    assert began - hour - days - second <= dates["a1.md"] <= ended - hour - days
    assert began - hour - second <= dates["a2.md"] <= ended - hour
