"""Fault groups N, P and Q, one article each: a fault does not affect other articles (faults V17)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import faultd
from tests.crawling import posts, tree
from tests.faultd import Fault, Faultd, bomb, coded, encode, half, redirect, status
from tests.faults.small import PATIENT, Measured, Small, comparable, crawl_small, profile

ATTEMPTS = 5
GOOD = [f"good{number}" for number in range(99)]

JSON_FAULTS: dict[str, tuple[Fault, str, int]] = {
    # id of the article: (fault, result and reason, number of requests)
    "n02-reset-in-body": (faultd.reset_in_body, "deferred reset", ATTEMPTS),
    "n03-reset-before-headers": (faultd.reset_before_headers, "deferred reset", ATTEMPTS),
    "n03-close-before-headers": (faultd.close_before_headers, "deferred reset", ATTEMPTS),
    "n04-length-too-long": (faultd.length_too_long, "deferred short_body", ATTEMPTS),
    "n05-length-too-short": (faultd.length_too_short, "deferred protocol", ATTEMPTS),
    "n06-no-length-cut": (faultd.no_length_cut, "deferred json_cut", ATTEMPTS),
    "n07-chunks-unfinished": (faultd.chunks_unfinished, "deferred short_body", ATTEMPTS),
    "n07-bad-chunk-size": (faultd.bad_chunk_size, "deferred protocol", ATTEMPTS),
    "n08-gzip-cut": (coded("gzip", half), "deferred cut_encoding", ATTEMPTS),
    "n09-deflate-cut": (coded("deflate", half), "deferred cut_encoding", ATTEMPTS),
    "n09-raw-deflate-cut": (coded("raw deflate", half), "deferred cut_encoding", ATTEMPTS),
    "n09-br-cut": (coded("br", half), "deferred cut_encoding", ATTEMPTS),
    "n09-zstd-cut": (coded("zstd", half), "deferred cut_encoding", ATTEMPTS),
    "n10-gzip-cut-at-once": (coded("gzip", faultd.first_bytes), "deferred cut_encoding", ATTEMPTS),
    "n10-not-gzip": (
        faultd.body(b'{"plain": 1}', Content_Encoding="gzip"),
        "quarantined bad_encoding",
        ATTEMPTS,
    ),
    "n10-not-br": (faultd.body(b'{"plain": 1}', Content_Encoding="br"), "quarantined bad_encoding", ATTEMPTS),
    "n10-not-zstd": (
        faultd.body(b'{"plain": 1}', Content_Encoding="zstd"),
        "quarantined bad_encoding",
        ATTEMPTS,
    ),
    "n10-compress": (
        faultd.body(b"\x1f\x9d", Content_Encoding="compress"),
        "quarantined bad_encoding",
        ATTEMPTS,
    ),
    "n11-gzip-crc": (coded("gzip", faultd.wrong_crc), "quarantined checksum", ATTEMPTS),
    "n11-deflate-crc": (coded("deflate", lambda d: d[:-4] + bytes(4)), "quarantined checksum", ATTEMPTS),
    "n11-zstd-crc": (coded("zstd", lambda d: d[:-4] + bytes(4)), "quarantined checksum", ATTEMPTS),
    "n12-empty-gzip": (faultd.body(b"", Content_Encoding="gzip"), "quarantined empty", ATTEMPTS),
    "n12-gzip-of-nothing": (
        faultd.body(encode(b"", "gzip"), Content_Encoding="gzip"),
        "quarantined empty",
        ATTEMPTS,
    ),
    "n12-empty": (faultd.body(b""), "quarantined empty", ATTEMPTS),
    "n12-blank": (faultd.body(b" \r\n "), "quarantined empty", ATTEMPTS),
    "n12-no-content": (faultd.raw(b"HTTP/1.1 204 None\r\n\r\n", close=False), "quarantined empty", ATTEMPTS),
    "n13-partial-content": (status(206, Content_Range="bytes 0-3/999"), "deferred status_206", ATTEMPTS),
    **{
        f"n13-{number}": (faultd.good_with_status(number), f"deferred status_{number}", 1)
        for number in (201, 202, 205, 207, 208, 226)
    },
    "n19-500": (status(500), "deferred status_500", ATTEMPTS),
    "n19-502": (status(502), "deferred status_502", ATTEMPTS),
    "n19-503": (status(503), "deferred status_503", ATTEMPTS),
    "n19-504": (status(504), "deferred status_504", ATTEMPTS),
    "n19-408": (status(408), "deferred status_408", ATTEMPTS),
    "n19-520": (status(520), "deferred status_520", ATTEMPTS),
    "n19-521": (status(521), "deferred status_521", ATTEMPTS),
    "n19-522": (status(522), "deferred status_522", ATTEMPTS),
    "n19-523": (status(523), "deferred status_523", ATTEMPTS),
    "n19-524": (status(524), "deferred status_524", ATTEMPTS),
    "n19-525": (status(525), "deferred status_525", ATTEMPTS),
    "n19-526": (status(526), "deferred status_526", ATTEMPTS),
    "n20-403": (status(403), "deferred forbidden", 1),
    "n20-401": (status(401), "deferred forbidden", 1),
    "n20-451": (status(451), "skipped legal_451", 1),
    "n21-404": (status(404), "skipped gone", 1),
    "n21-410": (status(410), "skipped gone", 1),
    "n22-999": (status(999), "deferred status_999", 1),
    "n22-0": (status(0), "deferred protocol", ATTEMPTS),
    "n22-304": (faultd.raw(b"HTTP/1.1 304 None\r\n\r\n", close=False), "deferred status_304", 1),
    "n22-minus": (
        faultd.raw(b"HTTP/1.1 -5 What\r\nContent-Length: 1\r\n\r\nx", close=False),
        "deferred protocol",
        ATTEMPTS,
    ),
    "n24-to-itself": (redirect("/text?id=n24-to-itself"), "quarantined redirect_loop", 1),
    "n24-to-another-article": (redirect("/text?id=good1"), "quarantined id_mismatch", 1),
    "n24-empty-location": (redirect(""), "quarantined redirect_loop", 1),
    "n25-not-an-address": (redirect("http://[::1"), "quarantined bad_redirect", 1),
    "n25-endless-address": (redirect("/" + "a" * 15_000), "quarantined bad_redirect", 1),
    "n25-address-beyond-any-line": (redirect("/" + "a" * 70_000), "quarantined headers", 1),
    "n25-javascript": (redirect("javascript:alert(1)"), "quarantined bad_redirect", 1),
    "n26-no-location": (status(302), "deferred status_302", 1),
    "n32-many-headers": (faultd.headers(*(f"X-{n}: {n}" for n in range(20_000))), "quarantined headers", 1),
    "n32-just-too-many-headers": (
        faultd.headers(*(f"X-{n}: {n}" for n in range(199))),
        "quarantined headers",
        1,
    ),
    "n32-huge-header": (faultd.headers("X-Long: " + "x" * 200_000), "quarantined headers", 1),
    "n32-huge-cookie": (faultd.headers("Set-Cookie: a=" + "x" * 60_000), "quarantined headers", 1),
    "n32-headers-without-end": (
        faultd.raw(b"HTTP/1.1 200 OK\r\n" + b"X-Header: 1\r\n" * 5000, close=False),
        "quarantined headers",
        1,
    ),
    "n32-a-line-without-end": (
        faultd.raw(b"HTTP/1.1 200 OK\r\nLocation: /" + b"a" * 200_000, close=False),
        "quarantined headers",
        1,
    ),
    "n33-no-colon": (faultd.raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\nx"), "deferred protocol", ATTEMPTS),
    "n33-garbage": (faultd.raw(b"\x00\x01\x02 garbage\r\n\r\n"), "deferred protocol", ATTEMPTS),
    "n33-endless-status": (faultd.raw(b"HTTP/1.1 2" + b"0" * 20_000), "deferred protocol", ATTEMPTS),
    "n33-http09": (faultd.raw(b"<html>plain</html>"), "deferred protocol", ATTEMPTS),
    "n33-two-content-lengths": (faultd.headers("Content-Length: 5"), "deferred protocol", ATTEMPTS),
    "n33-negative-length": (
        faultd.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"),
        "deferred protocol",
        ATTEMPTS,
    ),
    "n33-length-and-chunked": (faultd.two_lengths, "deferred protocol", ATTEMPTS),
    "n34-after-another": (faultd.after_another, "quarantined id_mismatch", 1),
    "p01-cut-in-text": (faultd.cut_text(0.5), "deferred json_cut", ATTEMPTS),
    "p02-error-page": (faultd.body(b"<html><h1>busy</h1></html>"), "quarantined not_json", 1),
    "p05-too-big": (faultd.body(b" " * (9 << 20)), "quarantined too_big", 1),
    "p05-50-mb-announced": (faultd.megabytes(50, announced=True), "quarantined too_big", 1),
    "p05-50-mb-unannounced": (faultd.megabytes(50, announced=False), "quarantined too_big", 1),
    "p06-gzip-bomb": (faultd.body(bomb("gzip", 900), Content_Encoding="gzip"), "quarantined too_big", 1),
    "p06-gzip-in-gzip": (
        faultd.body(bomb("gzip gzip", 900), Content_Encoding="gzip, gzip"),
        "quarantined too_big",
        1,
    ),
    "p06-deflate-bomb": (
        faultd.body(bomb("deflate", 900), Content_Encoding="deflate"),
        "quarantined too_big",
        1,
    ),
    "p06-br-bomb": (faultd.body(bomb("br", 900), Content_Encoding="br"), "quarantined too_big", 1),
    "p06-zstd-bomb": (faultd.body(bomb("zstd", 900), Content_Encoding="zstd"), "quarantined too_big", 1),
    "q01-file": (redirect("file:///etc/passwd"), "quarantined scheme", 1),
    "q01-data": (redirect("data:application/json,{}"), "quarantined scheme", 1),
    "q01-ftp": (redirect("ftp://127.0.0.1/x"), "quarantined scheme", 1),
    "q01-s3": (redirect("s3://bucket/x"), "quarantined scheme", 1),
    "q05-decimal": (redirect("http://2130706434/x"), "quarantined offsite", 1),
    "q05-hex": (redirect("http://0x7f000002/x"), "quarantined offsite", 1),
    "q05-octal": (redirect("http://0177.0.0.2/x"), "quarantined offsite", 1),
    "q05-short": (redirect("http://127.2/x"), "quarantined offsite", 1),
    "q05-mapped": (redirect("http://[::ffff:127.0.0.2]/x"), "quarantined offsite", 1),
    "q05-localhost": (redirect("http://localhost/x"), "quarantined offsite", 1),
    "q05-other-host-without-scheme": (redirect("//127.0.0.3/x"), "quarantined offsite", 1),
    "q06-metadata": (redirect("http://169.254.169.254/latest/meta-data"), "quarantined offsite", 1),
    "q06-private": (redirect("http://10.0.0.1/x"), "quarantined offsite", 1),
    "q06-shared": (redirect("http://100.64.0.1/x"), "quarantined offsite", 1),
    "q06-unspecified": (redirect("http://0.0.0.0/x"), "quarantined offsite", 1),
    "q06-ipv6": (redirect("http://[::1]/x"), "quarantined offsite", 1),
    "q06-nat64": (redirect("http://[64:ff9b::7f00:2]/x"), "quarantined offsite", 1),
}

WHOLE: dict[str, Fault] = {
    "whole-no-length": faultd.no_length_whole,
    "whole-chunked": faultd.chunked,
    "whole-gzip": coded("gzip"),
    "whole-deflate": coded("deflate"),
    "whole-raw-deflate": coded("raw deflate"),
    "whole-br": coded("br"),
    "whole-zstd": coded("zstd"),
    "whole-203": faultd.good_with_status(203),
    "whole-with-a-folded-header": faultd.head_lines(b"X-Folded: one\r\n two\r\n"),
    "whole-coding-utf-8": faultd.headers("Content-Encoding: utf-8"),
    "whole-coding-none": faultd.headers("Content-Encoding: none"),
    "whole-and-more": faultd.more_than_its_length,  # N34
    "whole-with-many-headers": faultd.headers(*(f"X-{number}: {number}" for number in range(190))),
}
"""Responses that are unusual but correct."""

EXTRA = ["n23-loop", "n23-growing", "n27-alias", "q02-other-host", "q03-after-503", "q09-other-port"]
EARLIER = [f"earlier-{name}" for name in JSON_FAULTS]
"""Articles that are archived first; their later responses have the same faults."""
PASSING = [name for name, (_, _, attempts) in JSON_FAULTS.items() if attempts == ATTEMPTS]
PAGES = Small([*GOOD, *WHOLE, *EXTRA, *JSON_FAULTS, *EARLIER])


@dataclass(frozen=True)
class Faulty:
    """A run with permanent faults, on an archive that has posts."""

    run: Measured
    server: Faultd
    archive: Path
    earlier: dict[str, tuple[int, bytes]]
    """The posts before the run, each with its modification time."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every post, as a run without faults writes it."""
    folder = tmp_path_factory.mktemp("clean")
    with Faultd(PAGES) as server:
        run = crawl_small(profile(folder, [server.origin(1)]), folder / "archive")
    assert run.status == 0, run.stderr
    return comparable(folder / "archive")


def plan(server: Faultd) -> None:
    """Makes every fault permanent."""
    server.always |= {f"/text?id={name}": fault for name, (fault, _, _) in JSON_FAULTS.items()}
    server.always |= {f"/text?id=earlier-{name}": fault for name, (fault, _, _) in JSON_FAULTS.items()}
    server.always |= {f"/text?id={name}": fault for name, fault in WHOLE.items()}
    server.always |= {
        "/text?id=n23-loop": redirect("/text?id=n23-loop&again"),
        "/text?id=n23-loop&again": redirect("/text?id=n23-loop"),
        "/text?id=n27-alias": redirect("/text?id=n27-alias#part"),
        "/text?id=q02-other-host": redirect(f"{server.origin(2)}/x"),
        "/text?id=q03-after-503": redirect(f"{server.origin(2)}/x", 307),
        "/text?id=q09-other-port": redirect(f"{server.origin(1)[:-1]}0/x"),
    }
    grown = "/text?id=n23-growing"
    for hop in range(20):
        server.always[grown + "&more" * hop] = redirect(grown + "&more" * (hop + 1), 301)
    server.script["/text?id=q03-after-503"] = [status(503)]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Faulty:
    folder = tmp_path_factory.mktemp("faulty")
    with Faultd(PAGES, addresses=3) as server:
        site = profile(folder, [server.origin(1)])
        before = crawl_small(site, folder / "archive", "-a", "category=earlier")
        assert (before.status, before["posted"]) == (0, len(EARLIER)), before.stderr
        earlier = tree(folder / "archive" / "_posts")
        server.requests.clear()
        plan(server)
        run = crawl_small(site, folder / "archive", *PATIENT)
    return Faulty(run, server, folder / "archive", earlier)


@pytest.mark.parametrize("name", JSON_FAULTS)
def test_a_permanent_fault_ends_its_article_with_the_expected_reason(faulty: Faulty, name: str) -> None:
    _, expected, requests = JSON_FAULTS[name]
    assert " ".join(faulty.run.ends()[name]) == expected
    assert len(faulty.server.requests_for(f"/text?id={name}")) == requests
    assert not (faulty.archive / "_posts" / f"2022-02-22-{name}.md").exists()


@pytest.mark.parametrize(
    ("name", "reason", "requests"),
    [
        ("n23-loop", "redirect_loop", 2),
        ("n23-growing", "redirect_loop", 6),
        ("n27-alias", "redirect_loop", 1),
        ("q02-other-host", "offsite", 1),
        ("q03-after-503", "offsite", 2),
        ("q09-other-port", "offsite", 1),
    ],
)
def test_an_unusable_redirect_ends_its_article_with_the_expected_reason(
    faulty: Faulty, name: str, reason: str, requests: int
) -> None:
    assert faulty.run.ends()[name] == ("quarantined", reason)
    asked = [seen for seen in faulty.server.requests if seen.path.startswith(f"/text?id={name}")]
    assert len(asked) == requests


def test_faults_do_not_affect_the_posts_of_other_articles(faulty: Faulty, clean: dict[str, str]) -> None:
    run = faulty.run
    expected = {name: post for name, post in clean.items() if name in GOOD or name in WHOLE}
    found = comparable(faulty.archive)
    assert len(expected) == len(GOOD) + len(WHOLE)
    assert {name: post for name, post in found.items() if name not in EARLIER} == expected
    assert run.status in (4, 5), "with so many faults the run may report that the site changed"
    assert run["listed"] == len(PAGES.ids) == len(run.ends()) + run["posted"] + run["unchanged"]
    assert "Traceback" not in run.stderr


def test_a_fault_does_not_change_an_earlier_post_of_its_article(faulty: Faulty) -> None:
    now = tree(faulty.archive / "_posts")
    assert faulty.run["unchanged"] == len(faulty.earlier) == len(EARLIER)
    assert {name: now[name] for name in faulty.earlier} == faulty.earlier
    assert not [seen for seen in faulty.server.requests if seen.path.startswith("/text?id=earlier")]


def test_no_other_host_or_port_gets_a_request(faulty: Faulty) -> None:
    requests = faulty.server.requests
    assert {seen.address for seen in requests} == {"127.0.0.2"}
    for secret in ("cookie", "referer", "authorization"):
        assert not [seen for seen in requests if secret in seen.headers], secret


def test_decompression_bombs_use_little_memory_and_time(faulty: Faulty, tmp_path: Path) -> None:
    with Faultd(Small(GOOD)) as server:
        plain = crawl_small(profile(tmp_path, [server.origin(1)]), tmp_path / "archive")
    assert faulty.run.megabytes < plain.megabytes + 40
    assert faulty.run["seconds"] < 20


@pytest.mark.parametrize(
    ("result", "most", "expected"),
    [
        ("skipped", 9, 0),
        ("deferred", 9, 3),
        ("quarantined", 9, 4),
        ("quarantined not_json", 1, 0),  # 1 % is allowed
        ("quarantined offsite", 1, 4),  # this reason is never allowed
    ],
)
def test_the_exit_status_follows_from_the_result_of_the_articles(
    tmp_path: Path, result: str, most: int, expected: int
) -> None:
    names = [name for name, (_, end, _) in JSON_FAULTS.items() if end.startswith(result)][:most]
    with Faultd(Small([*GOOD, *names]), addresses=3) as server:
        plan(server)
        site = profile(tmp_path, [server.origin(1)])
        run = crawl_small(site, tmp_path / "archive", *PATIENT, "-s", "RETRY_TIMES=0")
    assert (run.status, run["posted"]) == (expected, len(GOOD))
    assert sorted(run.ends()) == sorted(names)


def test_a_temporary_fault_is_retried_until_the_article_is_posted(
    tmp_path: Path, clean: dict[str, str]
) -> None:
    pages = Small([*GOOD, *PASSING])
    with Faultd(pages) as server:
        for name in PASSING:
            server.script[f"/text?id={name}"] = [JSON_FAULTS[name][0]] * 2
        run = crawl_small(profile(tmp_path, [server.origin(1)]), tmp_path / "archive", *PATIENT)
        counts = {name: len(server.requests_for(f"/text?id={name}")) for name in pages.ids}
    assert (run.status, run.ends()) == (0, {}), run.stderr
    assert comparable(tmp_path / "archive") == {name: clean[name] for name in pages.ids}
    assert counts == dict.fromkeys(GOOD, 1) | dict.fromkeys(PASSING, 3)


def test_an_archived_article_is_not_requested_again(tmp_path: Path) -> None:
    """Even if its address has another response now (faults V9: KEEP)."""
    pages = Small(["a1", "a2"])
    with Faultd(pages) as server:
        site = profile(tmp_path, [server.origin(1)])
        crawl_small(site, tmp_path / "archive")
        before = posts(tmp_path / "archive")
        server.requests.clear()
        server.always = {"/text?id=a1": faultd.length_too_short, "/text?id=a2": status(404)}
        run = crawl_small(site, tmp_path / "archive")
    assert (run.status, run["unchanged"]) == (0, 2)
    assert posts(tmp_path / "archive") == before
    assert not [seen for seen in server.requests if seen.path.startswith("/text")]


# --- articles as HTML pages


HTML_FAULTS: dict[str, tuple[Fault, str, int]] = {
    "n05-length-too-short": (faultd.length_too_short, "deferred protocol", ATTEMPTS),
    "n05-cut": (faultd.cut_text(0.7), "quarantined incomplete", ATTEMPTS),
    "n06-no-length-cut": (faultd.no_length_cut, "quarantined incomplete", ATTEMPTS),
    "n12-empty": (faultd.body(b""), "quarantined empty", ATTEMPTS),
    "n28-script-only": (
        faultd.body(b"<html><body><script>location.href='/a/good1.html'</script></body></html>"),
        "quarantined not_an_article",
        1,
    ),
    "n28-meta-refresh": (
        faultd.body(b'<html><meta http-equiv="refresh" content="0; url=/a/good1.html"></html>'),
        "quarantined not_an_article",
        1,
    ),
}
HTML_WHOLE = {"whole-without-length": faultd.no_length_whole, "whole-gzip": coded("gzip")}


def test_an_html_page_that_was_cut_off_is_not_posted(tmp_path: Path) -> None:
    pages = Small([*GOOD[:3], *HTML_WHOLE, "bare", *HTML_FAULTS])
    bare = pages.page("bare").replace("<html>", "").replace("</html>", "").replace("</body>", "")
    with Faultd(pages) as server:
        server.always = {f"/a/{name}.html": fault for name, (fault, _, _) in HTML_FAULTS.items()}
        server.always |= {f"/a/{name}.html": fault for name, fault in HTML_WHOLE.items()}
        server.always["/a/bare.html"] = faultd.body(bare.encode())
        run = crawl_small(profile(tmp_path, [server.origin(1)], html=True), tmp_path / "archive", *PATIENT)
        counts = {name: len(server.requests_for(f"/a/{name}.html")) for name in pages.ids}
    assert {name: " ".join(end) for name, end in run.ends().items()} == {
        name: end for name, (_, end, _) in HTML_FAULTS.items()
    }
    assert counts == {name: HTML_FAULTS.get(name, (None, None, 1))[2] for name in pages.ids}
    assert run["posted"] == 6
    assert run.status == 4


class Unlike(Small):
    """Titles without similarity: an article without an id is identified by its title."""

    def title(self, name: str) -> str:
        return "".join(random.Random(name).sample([chr(0x4E00 + 37 * n) for n in range(500)], 12))


@pytest.mark.parametrize("html", [False, True])
def test_a_response_to_the_previous_request_is_quarantined(tmp_path: Path, html: bool) -> None:
    """Faults N34: each response on a connection is sent one request too late."""
    pages = Unlike(GOOD[:20])
    with Faultd(pages) as server:
        site = profile(tmp_path, [server.origin(1)], html=html)
        paths = {name: f"/a/{name}.html" if html else f"/text?id={name}" for name in pages.ids}
        late = faultd.one_behind(Unlike(["stale"])("", "/a/stale.html" if html else "/text?id=stale"))
        server.always = dict.fromkeys(paths.values(), late)
        run = crawl_small(site, tmp_path / "archive", *PATIENT)
        assert run["posted"] == 0
        assert set(run.ends().values()) == {("quarantined", "id_mismatch")}
        server.always.clear()
        again = crawl_small(site, tmp_path / "archive")
    assert (again.status, again["posted"]) == (0, 20), again.stderr
    for name, text in comparable(tmp_path / "archive").items():
        assert f"关于 {name} 的正文" in text
