"""Speed is asked for by name, and gives up nothing but politeness."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import Settings

from archiver.addons import MIRROR, Pace
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
