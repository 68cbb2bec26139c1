"""Speed is asked for by name, and gives up nothing but politeness."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from archiver.addons import MIRROR, NothingOfPages, Pace, Quiet
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import crawl


def settings(**typed: str) -> dict[str, object]:
    """What a run goes by, when so much was typed with ``-s``."""
    made = Settings()
    made.setmodule("archiver.settings", priority="project")
    made.setdict(typed, priority="cmdline")
    Pace().update_settings(made)
    return {name: made[name] for name in MIRROR}


POLITE = {
    "DOWNLOAD_DELAY": 1,
    "AUTOTHROTTLE_ENABLED": True,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
}


def test_a_run_is_polite_unless_it_is_told_otherwise() -> None:
    assert settings() == POLITE


def test_the_mirror_profile_goes_over_the_projects_settings_and_under_what_is_typed() -> None:
    assert settings(ARCHIVER_PROFILE="mirror") == MIRROR
    assert settings(ARCHIVER_PROFILE="mirror", DOWNLOAD_DELAY="0.5") == MIRROR | {"DOWNLOAD_DELAY": "0.5"}


def test_a_profile_of_another_name_is_one_sentence(tmp_path: Path) -> None:
    run = crawl("category", tmp_path / "a", None, "-s", "ARCHIVER_PROFILE=fast")
    assert (run.status, list(tmp_path.iterdir())) == (2, [])
    assert (
        run.stderr
        == "scrapy crawl: error: ARCHIVER_PROFILE='fast' is not known: leave it out, or write mirror\n"
    )


def quiet(**typed: str) -> tuple[object, object]:
    made = Settings()
    made.setmodule("archiver.settings", priority="project")
    made.setdict(typed, priority="cmdline")
    Quiet().update_settings(made)
    return made["LOG_FORMATTER"], made["LOGSTATS_INTERVAL"]


SCRAPYS = ("scrapy.logformatter.LogFormatter", 60.0)


@pytest.mark.parametrize(
    ("level", "made"),
    [
        ("WARNING", (NothingOfPages, 0)),
        ("INFO", (NothingOfPages, SCRAPYS[1])),
        ("info", (NothingOfPages, SCRAPYS[1])),
        ("DEBUG", SCRAPYS),
        ("10", SCRAPYS),
    ],
)
def test_what_the_log_shows_is_made_and_nothing_else(level: str, made: tuple[object, object]) -> None:
    assert quiet(LOG_LEVEL=level) == made


def test_a_debug_log_tells_of_every_page_and_article(tmp_path: Path) -> None:
    with Replica(Site(5)) as replica:
        assert "Crawled (200) <GET http" in crawl("category", tmp_path / "a", replica, "-L", "DEBUG").stderr
        assert "Crawled (200)" not in crawl("category", tmp_path / "b", replica, "-L", "INFO").stderr
