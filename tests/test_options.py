"""All settings are checked in one place, before the archive is opened; components get plain values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from archiver import options
from archiver.errors import BadArgument
from archiver.options import OPTIONS, check
from archiver.scrapy_settings import SCRAPY_SETTINGS, feeds
from archiver.setting_values import boolean, duration
from tests.crawling import PROJECT, crawl
from tests.crawls.test_scrapy import scrapy


def settings(**typed: Any) -> Settings:
    """The project's settings with values from the command line (``-s``)."""
    made = Settings()
    made.setmodule("archiver.settings", priority="project")
    made.setdict(typed, priority="cmdline")
    return made


@pytest.mark.parametrize(
    ("written", "unit", "seconds"),
    [
        ("90s", "s", 90),
        ("10m", "s", 600),
        ("6h", "s", 21_600),
        ("3d", "s", 259_200),
        ("1.5h", "s", 5_400),
        ("0s", "d", 0),
        ("90", "s", 90),
        (90, "s", 90),
        (0.02, "s", 0.02),
        ("2", "d", 172_800),
        ("36h", "d", 129_600),
    ],
)
def test_a_duration_without_a_unit_gets_the_unit_of_its_setting(
    written: object, unit: str, seconds: float
) -> None:
    assert duration(written, unit) == seconds


@pytest.mark.parametrize(
    "written", ["", "s", "-1", "-1s", "1 s", "1w", "1m30s", "1e3", "nan", "inf", "٣s", None]
)
def test_text_that_is_not_a_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        duration(written, "s")


@pytest.mark.parametrize("name", OPTIONS)
def test_every_default_is_valid(name: str) -> None:
    value = check(settings())[name]
    default = OPTIONS[name].default
    assert value == (86_400 if default == "24h" else default or type(value)())


@pytest.mark.parametrize(
    ("name", "written", "plain"),
    [
        ("ARCHIVER_OUTPUT", "/srv/archive", "/srv/archive"),
        ("ARCHIVER_OUTPUT", Path("/srv/archive"), "/srv/archive"),
        ("ARCHIVER_SITE_URL", "//example.com", "//example.com"),
        ("ARCHIVER_SITE_URL", "https://example.com/news/", "https://example.com/news/"),
        ("ARCHIVER_SITE_URL", "/", "/"),
        ("ARCHIVER_SITE_URL", "", ""),
        ("ARCHIVER_CONTACT", "you@example.com", "you@example.com"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "0", 0),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "1", 1),
        ("ARCHIVER_RETRY_ATTEMPTS", "20", 20),
        ("ARCHIVER_RETRY_DAYS", "3", 3),
        ("ARCHIVER_RETRY_DAYS", "3d", 3),
        ("ARCHIVER_RETRY_DAYS", "48h", 2),
        ("ARCHIVER_RETRY_DELAY", "0.05", 0.05),
        ("ARCHIVER_RETRY_AFTER_MAX", "2m", 120),
        ("ARCHIVER_ARTICLE_SECONDS", "90s", 90),
        ("ARCHIVER_BREAKER_FAILURES", "100000", 100_000),
        ("ARCHIVER_PAGE_SECONDS", "1m", 60),
        ("ARCHIVER_PAGE_ELEMENTS", "1000", 1000),
        ("ARCHIVER_HELD_BYTES", "1", 1),
        ("ARCHIVER_QUARANTINE_RECORD", "0", 0),
        ("ARCHIVER_QUARANTINE_BYTES", "0", 0),
        ("ARCHIVER_QUARANTINE_RECORDS", "0", 0),
        ("ARCHIVER_PRIVATE_ADDRESSES", "10.0.0.0/8, 127.0.0.1,", ["10.0.0.0/8", "127.0.0.1/32"]),
        ("ARCHIVER_PRIVATE_ADDRESSES", ["::1"], ["::1/128"]),
        ("ARCHIVER_RECORDERS", '{"my.Recorder": 100}', {"my.Recorder": 100}),
        ("ARCHIVER_RECORDERS", {"my.Recorder": 100}, {"my.Recorder": 100}),
        ("ARCHIVER_PACE", "full", "full"),
        *[("ARCHIVER_PROGRESS", written, True) for written in (True, 1, "1", "True", "true")],
        *[("ARCHIVER_PROGRESS", written, False) for written in (False, 0, "0", "False", "false")],
        ("ARCHIVER_STOP_SECONDS", "0", 0),
        ("ARCHIVER_OUTPUT", "~", str(Path.home())),
        ("ARCHIVER_OUTPUT", "~/news", str(Path.home() / "news")),
        ("LOG_LEVEL", "info", "INFO"),
        ("LOG_LEVEL", "10", 10),
        ("LOG_FILE", "~/log", str(Path.home() / "log")),
        ("LOG_FILE", None, None),
        ("AUTOTHROTTLE_ENABLED", "TRUE", True),
        ("DOWNLOAD_DELAY", "0.5", 0.5),
        ("RETRY_HTTP_CODES", "", []),
        ("RETRY_HTTP_CODES", "500, 502", [500, 502]),
        ("DOWNLOAD_BIND_ADDRESS", "127.0.0.7", ("127.0.0.7", 0)),
        ("DOWNLOAD_BIND_ADDRESS", ("::1", 8080), ("::1", 8080)),
        ("DOWNLOAD_BIND_ADDRESS", "", None),
        ("DOWNLOAD_TLS_MIN_VERSION", "TLSv1.2", "TLSv1.2"),
        ("DOWNLOAD_TLS_MIN_VERSION", None, None),
        ("DOWNLOADER_CLIENT_TLS_CIPHERS", "DEFAULT", "DEFAULT"),
    ],
)
def test_a_valid_value_becomes_a_plain_value(name: str, written: object, plain: object) -> None:
    made = settings(**{name: written})
    options.apply(made)
    assert (made[name], type(made[name])) == (plain, type(check(made)[name]))
    made.set(name, "overridden", "cmdline")
    assert made[name] == "overridden", "its priority is still that of the command line"


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("ARCHIVER_OUTPUT", "", "ARCHIVER_OUTPUT is empty: write the path of a folder"),
        ("ARCHIVER_OUTPUT", "/a/.git/b", "ARCHIVER_OUTPUT=/a/.git/b is inside a repository's .git"),
        ("ARCHIVER_SITE_URL", "example.com", "ARCHIVER_SITE_URL='example.com': write an address like"),
        ("ARCHIVER_SITE_URL", "//a b/", "ARCHIVER_SITE_URL='//a b/': write an address like"),
        ("ARCHIVER_SITE_URL", "//{{x}}/", "ARCHIVER_SITE_URL='//{{x}}/': write an address like"),
        ("ARCHIVER_CONTACT", "a\nX-Bad: 1", r"ARCHIVER_CONTACT='a\nX-Bad: 1': write one line"),
        (
            "ARCHIVER_QUARANTINE_ALLOWANCE",
            "1.5",
            "ARCHIVER_QUARANTINE_ALLOWANCE='1.5': write a number from 0 to 1",
        ),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "-1", "ARCHIVER_QUARANTINE_ALLOWANCE='-1': write 0 or more"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "nan", "ARCHIVER_QUARANTINE_ALLOWANCE='nan' is not a number"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "1%", "ARCHIVER_QUARANTINE_ALLOWANCE='1%' is not a number"),
        ("ARCHIVER_RETRY_ATTEMPTS", "many", "ARCHIVER_RETRY_ATTEMPTS='many' is not a whole number"),
        ("ARCHIVER_RETRY_DAYS", "1.5", "ARCHIVER_RETRY_DAYS='1.5' is not a whole number"),
        ("ARCHIVER_RETRY_ATTEMPTS", 0, "ARCHIVER_RETRY_ATTEMPTS=0: write 1 or more"),
        ("ARCHIVER_RETRY_DAYS", None, "ARCHIVER_RETRY_DAYS=None is not a whole number"),
        ("ARCHIVER_RETRY_DAYS", "36h", "ARCHIVER_RETRY_DAYS='36h' is not a whole number of days"),
        ("ARCHIVER_RETRY_DAYS", "0", "ARCHIVER_RETRY_DAYS='0': write 1 or more"),
        ("ARCHIVER_RETRY_DELAY", "-1", "ARCHIVER_RETRY_DELAY='-1' is not a duration: write seconds, or 90s"),
        ("ARCHIVER_FULL_LOOK", "daily", "ARCHIVER_FULL_LOOK='daily' is not a duration"),
        ("ARCHIVER_RETRY_AFTER_MAX", "1w", "ARCHIVER_RETRY_AFTER_MAX='1w' is not a duration"),
        ("ARCHIVER_ARTICLE_SECONDS", "soon", "ARCHIVER_ARTICLE_SECONDS='soon' is not a duration"),
        ("ARCHIVER_BREAKER_FAILURES", "0", "ARCHIVER_BREAKER_FAILURES='0': write 1 or more"),
        ("ARCHIVER_PAGE_SECONDS", "0", "ARCHIVER_PAGE_SECONDS='0': write 0.1 or more"),
        ("ARCHIVER_PAGE_SECONDS", "soon", "ARCHIVER_PAGE_SECONDS='soon' is not a duration"),
        ("ARCHIVER_PAGE_ELEMENTS", "0", "ARCHIVER_PAGE_ELEMENTS='0': write 1 or more"),
        ("ARCHIVER_HELD_BYTES", "64M", "ARCHIVER_HELD_BYTES='64M' is not a whole number"),
        ("ARCHIVER_QUARANTINE_RECORD", "-1", "ARCHIVER_QUARANTINE_RECORD='-1': write 0 or more"),
        ("ARCHIVER_QUARANTINE_BYTES", "1G", "ARCHIVER_QUARANTINE_BYTES='1G' is not a whole number"),
        ("ARCHIVER_QUARANTINE_RECORDS", "", "ARCHIVER_QUARANTINE_RECORDS='' is not a whole number"),
        ("ARCHIVER_PRIVATE_ADDRESSES", "10.0.0.0/40", "ARCHIVER_PRIVATE_ADDRESSES: '10.0.0.0/40' does not"),
        ("ARCHIVER_PACE", "fast", "ARCHIVER_PACE='fast': write polite or full"),
        ("ARCHIVER_PROGRESS", "maybe", "ARCHIVER_PROGRESS='maybe': write True or False"),
        ("ARCHIVER_REPORT", "never", "ARCHIVER_REPORT='never': write always or problems"),
        (
            "ARCHIVER_RECORDERS",
            "my.Recorder",
            "ARCHIVER_RECORDERS='my.Recorder': write class paths with an order",
        ),
        (
            "ARCHIVER_RECORDERS",
            '{"my.Recorder": "x"}',
            "ARCHIVER_RECORDERS: 'my.Recorder': 'x' is not a class path",
        ),
        ("ARCHIVER_STOP_SECONDS", "", "ARCHIVER_STOP_SECONDS='' is not a duration"),
        ("ARCHIVER_PROFILE", "mirror", "ARCHIVER_PROFILE is now ARCHIVER_PACE: write ARCHIVER_PACE=full"),
        ("ARCHIVER_OUPUT", "x", "there is no setting ARCHIVER_OUPUT; the nearest name is ARCHIVER_OUTPUT;"),
        ("DOWNLOAD_DELAY", "-1", "DOWNLOAD_DELAY='-1': write 0 or more"),
        ("DOWNLOAD_TIMEOUT", "0", "DOWNLOAD_TIMEOUT='0': write 0.001 or more"),
        ("DNS_TIMEOUT", "soon", "DNS_TIMEOUT='soon' is not a number"),
        ("CONCURRENT_REQUESTS", "0", "CONCURRENT_REQUESTS='0': write 1 or more"),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", "x", "CONCURRENT_REQUESTS_PER_DOMAIN='x' is not a whole number"),
        ("DOWNLOAD_MAXSIZE", "8M", "DOWNLOAD_MAXSIZE='8M' is not a whole number"),
        ("RETRY_TIMES", "-1", "RETRY_TIMES='-1': write 0 or more"),
        ("RETRY_HTTP_CODES", "500,x", "RETRY_HTTP_CODES='500,x': write HTTP statuses with commas"),
        ("RETRY_HTTP_CODES", [42], "RETRY_HTTP_CODES: 42 is not an HTTP status"),
        ("REDIRECT_MAX_TIMES", "-1", "REDIRECT_MAX_TIMES='-1': write 0 or more"),
        ("ARCHIVER_OUTPUT", "  ", "ARCHIVER_OUTPUT is empty: write the path of a folder"),
        ("ARCHIVER_OUTPUT", 5, "ARCHIVER_OUTPUT=5: write the path of a folder"),
        ("ARCHIVER_OUTPUT", "a\0b", r"ARCHIVER_OUTPUT='a\x00b': write the path of a folder"),
        ("ARCHIVER_OUTPUT", "~nobody-has-this-name/a", "'~nobody-has-this-name/a': there is no home folder"),
        ("ARCHIVER_CONTACT", ["a"], "ARCHIVER_CONTACT=['a']: write one line"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", "inf", "ARCHIVER_QUARANTINE_ALLOWANCE='inf' is not a number"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", True, "ARCHIVER_QUARANTINE_ALLOWANCE=True is not a number"),
        ("ARCHIVER_QUARANTINE_ALLOWANCE", [0.1], "ARCHIVER_QUARANTINE_ALLOWANCE=[0.1] is not a number"),
        ("ARCHIVER_RETRY_ATTEMPTS", True, "ARCHIVER_RETRY_ATTEMPTS=True is not a whole number"),
        ("ARCHIVER_RETRY_ATTEMPTS", "1e3", "ARCHIVER_RETRY_ATTEMPTS='1e3' is not a whole number"),
        ("ARCHIVER_RETRY_ATTEMPTS", 10**12, "write a number from 1 to 2147483647"),
        ("ARCHIVER_RETRY_ATTEMPTS", "9" * 5000, "… is not a whole number"),
        ("ARCHIVER_RETRY_DAYS", "99999999999d", "write a number from 1 to 3650"),
        ("ARCHIVER_RETRY_DAYS", "9" * 400, "is not a whole number of days"),
        ("ARCHIVER_STOP_SECONDS", "9" * 400, "write a number from 0 to 315360000"),
        ("ARCHIVER_STOP_SECONDS", False, "ARCHIVER_STOP_SECONDS=False is not a duration"),
        ("ARCHIVER_PRIVATE_ADDRESSES", 5, "ARCHIVER_PRIVATE_ADDRESSES=5: write networks with commas"),
        ("ARCHIVER_PACE", ["full"], "ARCHIVER_PACE=['full']: write polite or full"),
        ("ARCHIVER_RECORDERS", 5, "ARCHIVER_RECORDERS=5: write class paths with an order"),
        *[
            (name, "maybe", f"{name}='maybe': write True or False")
            for name, read in SCRAPY_SETTINGS.items()
            if read is boolean
        ],
        *[
            (name, written, f"{name}={written!r} is not a whole number")
            for name in (
                *(
                    "CONCURRENT_ITEMS",
                    "REACTOR_THREADPOOL_MAXSIZE",
                    "DOWNLOAD_WARNSIZE",
                    "FEED_EXPORT_INDENT",
                ),
                *("CLOSESPIDER_ITEMCOUNT", "CLOSESPIDER_PAGECOUNT", "CLOSESPIDER_PAGECOUNT_NO_ITEM"),
                *("CLOSESPIDER_ERRORCOUNT", "MEMUSAGE_LIMIT_MB", "MEMUSAGE_WARNING_MB"),
                "FEED_EXPORT_BATCH_ITEM_COUNT",
            )
            for written in ("many", "1.5", True, [1])
        ],
        *[
            (name, written, f"{name}={written!r} is not a number")
            for name in (
                *("AUTOTHROTTLE_START_DELAY", "AUTOTHROTTLE_MAX_DELAY", "AUTOTHROTTLE_TARGET_CONCURRENCY"),
                *("LOGSTATS_INTERVAL", "CLOSESPIDER_TIMEOUT", "CLOSESPIDER_TIMEOUT_NO_ITEM"),
                "MEMUSAGE_CHECK_INTERVAL_SECONDS",
            )
            for written in ("5%", "inf", "-inf", "1e999", None, [1])
        ],
        ("DOWNLOAD_BIND_ADDRESS", "eth0", "DOWNLOAD_BIND_ADDRESS='eth0': write an IP address"),
        (
            "DOWNLOAD_BIND_ADDRESS",
            ("127.0.0.1", "x"),
            "DOWNLOAD_BIND_ADDRESS=('127.0.0.1', 'x'): write an IP",
        ),
        ("DOWNLOAD_BIND_ADDRESS", 5, "DOWNLOAD_BIND_ADDRESS=5: write an IP address"),
        ("DOWNLOAD_TLS_MIN_VERSION", "SSLv3", "DOWNLOAD_TLS_MIN_VERSION='SSLv3': write TLSv1.0 or TLSv1.1"),
        ("DOWNLOAD_TLS_MAX_VERSION", 1.3, "DOWNLOAD_TLS_MAX_VERSION=1.3: write TLSv1.0 or TLSv1.1"),
        ("DOWNLOADER_CLIENT_TLS_CIPHERS", "none", "DOWNLOADER_CLIENT_TLS_CIPHERS='none' names no cipher"),
        ("HTTPPROXY_AUTH_ENCODING", "klingon", "HTTPPROXY_AUTH_ENCODING='klingon' is not an encoding"),
        ("LOG_ENCODING", "base64", "LOG_ENCODING='base64' is not an encoding"),
        ("FEED_EXPORT_ENCODING", "utf8\0", "FEED_EXPORT_ENCODING='utf8\\x00' is not an encoding"),
        ("ROBOTSTXT_USER_AGENT", "a\r\nb", r"ROBOTSTXT_USER_AGENT='a\r\nb': write one line"),
        ("USER_AGENT", "", "USER_AGENT='': write one line that names the archiver"),
        ("USER_AGENT", "a\nX-Bad: 1", r"USER_AGENT='a\nX-Bad: 1': write one line"),
        ("LOG_LEVEL", "verbose", "LOG_LEVEL='verbose': write DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("LOG_LEVEL", "-1", "LOG_LEVEL='-1': write DEBUG"),
        ("LOG_FILE", "/no/such/folder/log", "LOG_FILE='/no/such/folder/log': write the path of a file"),
        ("LOG_FILE", "/", "LOG_FILE='/': write the path of a file"),
        ("FEEDS", '{"items.jsonl": "jsonlines"}', "FEEDS: write file names with their format"),
        ("FEEDS", '{"items.jsonl": {}}', "FEEDS: write file names with their format"),
        ("FEEDS", '{"": {"format": "csv"}}', "FEEDS: write file names with their format"),
        (
            "TWISTED_REACTOR",
            "twisted.internet.pollreactor.PollReactor",
            "PollReactor': write Scrapy's default",
        ),
    ],
)
def test_a_wrong_setting_is_reported_in_one_sentence(name: str, written: object, sentence: str) -> None:
    with pytest.raises(BadArgument, match=re.escape(sentence)) as caught:
        check(settings(**{name: written}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("written", ["items.jsonl", '["a"]', "5", 5, None, {"a": None}, {"a": {"format": 1}}])
def test_an_export_that_cannot_be_read_is_refused(written: object) -> None:
    with pytest.raises(BadArgument, match="FEEDS: write file names with their format"):
        feeds("FEEDS", written)
    assert feeds("FEEDS", '{"a.csv": {"format": "csv"}}') == {"a.csv": {"format": "csv"}}


def test_every_setting_has_a_row_with_a_wrong_value() -> None:
    marks = test_a_wrong_setting_is_reported_in_one_sentence.pytestmark  # type: ignore[attr-defined]  # pytest adds it
    assert {row[0] for row in marks[0].args[1]} >= {*OPTIONS, *SCRAPY_SETTINGS, *options.RENAMED}


def test_a_settings_object_without_the_projects_module_gets_the_defaults() -> None:
    made = Settings()
    options.apply(made)
    assert made["ARCHIVER_OUTPUT"] == "output"


@pytest.mark.parametrize(
    ("typed", "year", "sentence"),
    [
        ({"JOBDIR": "jobs"}, 2022, "JOBDIR loses articles"),
        ({}, 2019, "the system clock shows 2019-02-22"),
        ({"FEEDS": '{"a.xyz": {"format": "xyz"}}'}, 2022, "FEEDS: there is no format 'xyz'; known are json,"),
        (
            {"ARCHIVER_RECORDERS": '{"archiver.nosuch.Recorder": 1}'},
            2022,
            "ARCHIVER_RECORDERS: archiver.nosuch.Recorder cannot be imported: No module named",
        ),
    ],
)
def test_a_run_with_jobdir_or_a_wrong_clock_is_refused(
    typed: dict[str, str], year: int, sentence: str
) -> None:
    with pytest.raises(BadArgument, match=sentence):
        options.check_run(settings(**typed), datetime(year, 2, 22, tzinfo=UTC))
    options.check_run(settings(), datetime(2022, 2, 22, tzinfo=UTC))


# --- from the command line


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "ARCHIVER_STOP_SECONDS=soon",
            "ARCHIVER_STOP_SECONDS='soon' is not a duration: write seconds, or 90s, 10m, 6h, 3d",
        ),
        ("RETRY_TIMES=often", "RETRY_TIMES='often' is not a whole number"),
        (
            "JOBDIR=jobs",
            "JOBDIR loses articles when a run is killed: remove it, the archive itself records open articles",
        ),
        ("ARCHIVER_OUTPUT=", "ARCHIVER_OUTPUT is empty: write the path of a folder"),
        ("LOG_LEVEL=loud", "LOG_LEVEL='loud': write DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ],
)
def test_scrapy_crawl_reports_a_wrong_setting_in_one_line_and_opens_no_archive(
    tmp_path: Path, typed: str, sentence: str
) -> None:
    run = crawl("category", tmp_path / "a", None, "-s", typed)
    assert (run.status, list(tmp_path.iterdir())) == (2, [])
    assert run.stderr == f"scrapy crawl: error: {sentence}\n"


def test_the_settings_module_of_a_user_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "from archiver.settings import *\nADDONS = ADDONS\nARCHIVER_RETRY_DAYS = 'soon'\n"
    (tmp_path / "wrong_settings.py").write_text(module, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "wrong_settings")
    for done in (
        crawl("category", tmp_path / "a"),
        scrapy("archive-check", "-s", f"ARCHIVER_OUTPUT={tmp_path}"),
    ):
        stderr = done.stderr.splitlines()
        assert stderr[-1].endswith(
            "error: ARCHIVER_RETRY_DAYS='soon' is not a whole number of days: write 14, or 14d"
        )
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "words",
    [
        *[(command,) for command in ("archive-check", "archive-gaps", "archive-refile", "archive-reindex")],
        ("shell", "-c", "1"),
        ("fetch", "http://127.0.0.1:9/"),
    ],
    ids=lambda words: words[0],
)
def test_other_commands_report_a_wrong_setting(words: tuple[str, ...], tmp_path: Path) -> None:
    done = scrapy(*words, "-s", f"ARCHIVER_OUTPUT={tmp_path}", "-s", "ARCHIVER_PROFILE=mirror")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "ARCHIVER_PROFILE is now ARCHIVER_PACE: write ARCHIVER_PACE=full" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_command_that_reads_no_setting_ignores_wrong_settings() -> None:
    assert scrapy("list", "-s", "ARCHIVER_PACE=fast").stdout.split() == ["category", "share"]


def test_scrapys_own_commands_refuse_a_wrong_setting_of_the_log_too() -> None:
    done = scrapy("fetch", "http://127.0.0.1:9/", "-s", "LOG_LEVEL=loud")
    sentence = "error: LOG_LEVEL='loud': write DEBUG, INFO, WARNING, ERROR or CRITICAL\n"
    assert (done.returncode, done.stderr) == (2, sentence)


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("file=", "file is empty: write the path of a file"),
        ("file=~nobody-has-this-name/list", "'~nobody-has-this-name/list': there is no home folder for ~"),
        ("site=~nobody-has-this-name/a.yaml", "cannot read the site profile ~nobody-has-this-name/a.yaml: "),
        ("site=", "unknown site ''"),
    ],
)
def test_a_wrong_path_in_an_argument_is_one_sentence(tmp_path: Path, argument: str, sentence: str) -> None:
    run = crawl("share", tmp_path / "a", None, "-a", "infocode=NW202202222284881584", "-a", argument)
    assert (run.status, list(tmp_path.iterdir())) == (2, [])
    assert run.stderr.startswith("scrapy crawl: error: ")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_home_folder_is_used_for_paths_that_begin_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "list").write_text("# nothing\n", encoding="utf-8")
    finews = PROJECT / "archiver/sites/finews.yaml"
    (tmp_path / "own.yaml").write_text(finews.read_text(encoding="utf-8"), encoding="utf-8")
    options = ["-s", "ARCHIVER_OUTPUT=~/archive", "-a", "file=~/list", "-a", "site=~/own.yaml"]
    run = crawl("share", tmp_path / "archive", None, *options)
    assert (run.status, run["listed"]) == (0, 0), run.stderr
    assert not (PROJECT / "~").exists()
