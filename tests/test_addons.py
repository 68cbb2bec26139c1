"""The settings that the add-ons change."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from scrapy.settings import Settings

from archiver.addons import FULL, Pace, Quiet
from archiver.options import OPTIONS
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import crawl


def settings(**typed: str) -> dict[str, object]:
    """The settings of a run with values from the command line (``-s``)."""
    made = Settings()
    made.setmodule("archiver.settings", priority="project")
    made.setdict(typed, priority="cmdline")
    Pace().update_settings(made)
    return {name: made[name] for name in FULL}


POLITE = {
    "DOWNLOAD_DELAY": 1,
    "AUTOTHROTTLE_ENABLED": True,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
}


def test_a_run_is_polite_by_default() -> None:
    assert settings() == POLITE


def test_full_pace_overrides_the_project_but_not_the_command_line() -> None:
    assert settings(ARCHIVER_PACE="full") == FULL
    assert settings(ARCHIVER_PACE="full", DOWNLOAD_DELAY="0.5") == FULL | {"DOWNLOAD_DELAY": "0.5"}


def test_an_unknown_pace_is_reported_in_one_sentence(tmp_path: Path) -> None:
    run = crawl("category", tmp_path / "a", None, "-s", "ARCHIVER_PACE=fast")
    assert (run.status, list(tmp_path.iterdir())) == (2, [])
    assert run.stderr == "scrapy crawl: error: ARCHIVER_PACE='fast': write polite or full\n"


@pytest.mark.parametrize(
    ("level", "seconds"), [("WARNING", 0), ("INFO", 60), ("info", 60), ("DEBUG", 60), ("10", 60)]
)
def test_statistics_are_logged_every_minute_if_the_log_level_shows_them(level: str, seconds: int) -> None:
    made = Settings()
    made.setmodule("archiver.settings", priority="project")
    made.setdict({"LOG_LEVEL": level}, priority="cmdline")
    Quiet().update_settings(made)
    assert made["LOGSTATS_INTERVAL"] == seconds


@pytest.mark.parametrize(
    ("level", "made"), [("CRITICAL", False), ("WARNING", False), ("INFO", False), ("DEBUG", True)]
)
def test_scrapy_makes_only_log_records_that_the_log_level_shows(level: str, made: bool) -> None:
    Quiet().update_settings(Settings({"LOG_LEVEL": level}))
    try:
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(logging.DEBUG) is made
        assert logging.getLogger("scrapy.core.engine").isEnabledFor(logging.ERROR)
    finally:
        logging.getLogger("scrapy").setLevel(logging.NOTSET)


def test_the_docs_list_the_settings_of_full_pace() -> None:
    for name, value in FULL.items():
        assert f"`{name}={value}`" in OPTIONS["ARCHIVER_PACE"].meaning


def test_a_debug_log_contains_every_page(tmp_path: Path) -> None:
    with Replica(Site(5)) as replica:
        assert "Crawled (200) <GET http" in crawl("category", tmp_path / "a", replica, "-L", "DEBUG").stderr
        assert "Crawled (200)" not in crawl("category", tmp_path / "b", replica, "-L", "INFO").stderr
