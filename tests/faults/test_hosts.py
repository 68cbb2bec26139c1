"""Fault groups N and X7, by host: the number of requests, the delays, and the mirrors."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.replica import certificates
from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, answer
from tests import faultd
from tests.crawling import PROJECT, posts
from tests.faultd import Faultd, Reply, status
from tests.faults.names import SCRIPTED
from tests.faults.small import (
    LOOPBACK,
    ONE_BY_ONE,
    PATIENT,
    Small,
    command,
    crawl_small,
    environment,
    profile,
)

SCRAPY = [sys.executable, "-m", "scrapy"]

TEN = Small([f"a{number}" for number in range(10)])
FORTY = Small([f"a{number}" for number in range(40)])


def two_hosts(number: int) -> Small:
    """``number`` articles at each of two hosts. The listing begins with those of the busy host."""
    return Small([f"busy{n}" for n in range(number)] + [f"swift{n}" for n in range(number)], {})


def article_origins(server: Faultd, ids: Sequence[str]) -> dict[str, str]:
    return {name: server.origin(2 if name.startswith("busy") else 3) for name in ids}


def gaps(server: Faultd, path: str) -> list[float]:
    """Seconds between the requests for one address."""
    times = [seen.at for seen in server.requests_for(path)]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def article_requests(server: Faultd, host: str = "") -> int:
    return sum(seen.path.startswith("/text") and host in ("", seen.host) for seen in server.requests)


def test_the_delay_between_attempts_doubles(tmp_path: Path) -> None:
    with Faultd(Small(["a1"])) as server:
        server.always["/text?id=a1"] = status(500)
        site = profile(tmp_path, [server.origin(1)])
        crawl_small(site, tmp_path / "archive", "-s", "ARCHIVER_RETRY_DELAY=0.1")
        waited = gaps(server, "/text?id=a1")
    assert len(waited) == 4
    assert waited == sorted(waited)
    for number, gap in enumerate(waited):
        assert 0.1 * 2**number <= gap < 0.1 * 2**number * 1.5 + 1


# --- Retry-After


def test_a_retry_after_pauses_its_host_and_no_other(tmp_path: Path) -> None:
    pages = two_hosts(10)
    with Faultd(pages, addresses=4) as server:
        pages.at.update(article_origins(server, pages.ids))
        server.script["/a/busy5.html"] = [status(429, Retry_After="2")]
        site = profile(tmp_path, [server.origin(n) for n in (1, 2, 3)], html=True)
        run = crawl_small(site, tmp_path / "archive", *PATIENT, *ONE_BY_ONE)
        paused_at = server.requests_for("/a/busy5.html")[0].at
        busy = [seen.at - paused_at for seen in server.requests if "/a/busy" in seen.path]
        swift = [seen.at - paused_at for seen in server.requests if "/a/swift" in seen.path]
    assert run.status == 0, run.stderr
    assert len([at for at in busy if at > 1.98]) >= 2
    assert not [at for at in busy if 0.1 < at <= 1.98]
    assert max(swift) < 1.9
    assert run["requests"] == len(server.requests), "a delayed request is counted once, when it is sent"


def test_an_invalid_retry_after_is_ignored(tmp_path: Path) -> None:
    values = ["-1", "0", "soon", "Tue, 22 Feb 2022 10:00:00 GMT", ""]
    pages = Small([f"a{number}" for number in range(len(values))])
    with Faultd(pages) as server:
        for name, value in zip(pages.ids, values, strict=True):
            server.script[f"/text?id={name}"] = [status(503, Retry_After=value)]
        run = crawl_small(profile(tmp_path, [server.origin(1)]), tmp_path / "archive")
        waited = [gap for name in pages.ids for gap in gaps(server, f"/text?id={name}")]
    assert run.status == 0
    assert len(waited) == len(values)
    assert max(waited) < 3


def test_a_retry_after_beyond_the_limit_closes_the_host_for_the_run(tmp_path: Path) -> None:
    with Faultd(TEN) as server:
        server.always |= {f"/text?id={name}": status(503, Retry_After="99999999") for name in TEN.ids}
        site = profile(tmp_path, [server.origin(1)])
        run = crawl_small(site, tmp_path / "archive", *ONE_BY_ONE)
        assert article_requests(server) <= 2, "one more may be in progress"
    assert run.status == 3
    assert set(run.ends().values()) == {("deferred", "retry_after")}


# --- a dead host


def test_a_temporary_outage_takes_at_most_thirty_requests_and_loses_no_article(tmp_path: Path) -> None:
    with Faultd(FORTY) as server:

        async def outage(wire: faultd.Wire, reply: Reply) -> None:
            is_over = server.requests[-1].at - server.requests[0].at > 1
            await (faultd.good if is_over else status(503))(wire, reply)

        site = profile(tmp_path, [server.origin(1)])
        server.always = {f"/text?id={name}": outage for name in FORTY.ids}
        run = crawl_small(site, tmp_path / "archive")
        requests = article_requests(server)
    assert run.status == 0, run.stderr
    assert run["posted"] == 40
    assert requests <= 30 + 40


def test_a_dead_host_gets_at_most_thirty_requests_and_the_next_run_completes(tmp_path: Path) -> None:
    with Faultd(FORTY) as server:
        server.always = {f"/text?id={name}": status(503) for name in FORTY.ids}
        site = profile(tmp_path, [server.origin(1)])
        run = crawl_small(site, tmp_path / "archive")
        requests = article_requests(server)
        server.always.clear()
        again = crawl_small(site, tmp_path / "archive")
    assert requests <= 30
    assert run.status == 3
    assert run["deferred"] == 40
    assert {reason for _, reason in run.ends().values()} <= {"host_down", "status_503"}
    assert list(run.ends().values()).count(("deferred", "host_down")) >= 30
    assert (again.status, again["posted"]) == (0, 40)


def test_probes_of_a_dead_host_are_single_and_their_delay_doubles(tmp_path: Path) -> None:
    with Faultd(FORTY) as server:
        server.always = {f"/text?id={name}": status(503) for name in FORTY.ids}
        site = profile(tmp_path, [server.origin(1)])
        crawl_small(site, tmp_path / "archive", *ONE_BY_ONE)
        times = [seen.at for seen in server.requests if seen.path.startswith("/text")]
    assert len(times) == 14
    probes = [later - earlier for earlier, later in itertools.pairwise(times[9:])]
    assert [gap >= 0.05 * 2 ** (number + 2) - 0.01 for number, gap in enumerate(probes)] == [True] * 4


def test_articles_of_a_dead_host_are_fetched_from_its_mirror_at_once(tmp_path: Path) -> None:
    with Faultd(FORTY, addresses=4) as server:
        dead, mirror = server.origin(2), server.origin(3)
        server.always[f"{dead.removeprefix('http://')} *"] = status(503)
        server.script[f"{dead.removeprefix('http://')} /robots.txt"] = [faultd.good]
        site = profile(tmp_path, [server.origin(1)], [dead, mirror])
        run = crawl_small(site, tmp_path / "archive", "-s", "ARCHIVER_RETRY_DELAY=0.5")
        assert article_requests(server, dead.removeprefix("http://")) <= 30
    assert run.status == 0, run.stderr
    assert run["posted"] == 40
    assert run["seconds"] < 12, "the last probe would be sent after 30 seconds"


def test_a_closed_port_defers_the_articles_of_its_host(tmp_path: Path) -> None:
    """Faults N1, with and without a request for robots.txt. The listing's host is not affected."""
    with Faultd(TEN, addresses=3) as server:
        site = profile(tmp_path, [server.origin(1)], [server.refusing(2)])
        run = crawl_small(site, tmp_path / "archive")
        without = crawl_small(site, tmp_path / "without", "-s", "ROBOTSTXT_OBEY=False", *PATIENT)
        assert without["requests"] == 1 + 5 * len(TEN.ids), "the listing, and five attempts for each"
    for each in (run, without):
        assert each.status == 3
        assert set(each.ends().values()) == {("deferred", "refused")}
        assert "Traceback" not in each.stderr


def test_a_run_that_reaches_no_host_says_so_in_its_last_line(tmp_path: Path) -> None:
    with Faultd(TEN, addresses=3) as server:
        origin = server.refusing(2)
        run = crawl_small(profile(tmp_path, [origin]), tmp_path / "archive")
    reason = f"no host of the site was reached: {origin.removeprefix('http://')} refuses the connection"
    assert (run.status, run["no_network"]) == (3, reason)
    assert run.stderr.splitlines()[-1] == f"exit 3: {reason}; run it again"


@pytest.mark.parametrize("name", ["unknown.example", "broken.example", "silent.example"])
def test_a_name_that_cannot_be_resolved_defers_its_articles(tmp_path: Path, name: str) -> None:
    """Faults N29: the name does not exist, or the name server fails or does not respond."""
    with Faultd(TEN) as server:
        site = profile(tmp_path, [server.origin(1)], [f"http://{name}"])
        options = [*SCRIPTED, "-s", "DNS_TIMEOUT=0.3"]
        options += ["-s", "RETRY_TIMES=1", "-s", "ROBOTSTXT_OBEY=False", *PATIENT]
        run = crawl_small(site, tmp_path / "archive", *options)
    assert run.status == 3
    assert set(run.ends().values()) == {("deferred", "dns")}
    assert run["requests"] == 1 + 2 * len(TEN.ids)
    assert run["seconds"] < 12


# --- slow hosts


def test_a_hung_host_delays_only_its_own_articles_and_within_their_time_limit(tmp_path: Path) -> None:
    """Faults N14, N15: besides the timeout of one attempt, an article has a limit for all attempts."""
    with Faultd(Small(["hung", "drip", "swift"])) as server:
        server.always = {"/text?id=hung": faultd.hang, "/text?id=drip": faultd.drip}
        site = profile(tmp_path, [server.origin(1)])
        limits = ["-s", "DOWNLOAD_TIMEOUT=1", "-s", "ARCHIVER_ARTICLE_SECONDS=4"]
        run = crawl_small(site, tmp_path / "archive", *limits)
        swift = server.requests_for("/text?id=swift")[0].at - server.requests[0].at
    assert run.ends() == {"hung": ("deferred", "timeout"), "drip": ("deferred", "timeout")}
    assert swift < 3
    assert run["seconds"] < 8
    for name in ("hung", "drip"):
        assert 3 <= len(server.requests_for(f"/text?id={name}")) <= 4


def test_a_mirror_gets_its_share_of_the_time_after_a_hung_host(tmp_path: Path) -> None:
    with Faultd(Small(["a1"]), addresses=4) as server:
        hung = server.origin(2).removeprefix("http://")
        server.always[f"{hung} /text?id=a1"] = faultd.hang
        site = profile(tmp_path, [server.origin(1)], [server.origin(2), server.origin(3)])
        limits = ["-s", "DOWNLOAD_TIMEOUT=1", "-s", "ARCHIVER_ARTICLE_SECONDS=4"]
        run = crawl_small(site, tmp_path / "archive", *limits)
    assert run.status == 0, run.stderr
    assert len(server.requests_for("/text?id=a1", hung)) == 2


@pytest.mark.parametrize("robots", [0, 1])
def test_waiting_requests_do_not_block_requests_to_other_hosts(tmp_path: Path, robots: int) -> None:
    """Forty articles of a failing host wait, more than Scrapy's concurrency, when the others are listed."""
    pages = two_hosts(40)
    with Faultd(pages, addresses=4) as server:
        pages.at.update(article_origins(server, pages.ids))
        server.always = {f"/a/{name}.html": status(500) for name in pages.ids[:40]}
        server.script[f"{server.origin(2).removeprefix('http://')} /robots.txt"] = [status(503)] * robots
        server.script["/list?swift"] = [faultd.late(0.7)]
        site = profile(tmp_path, [server.origin(n) for n in (1, 2, 3)], html=True)
        wait = ["-s", "ARCHIVER_RETRY_DELAY=3", "-s", "RETRY_TIMES=1"]
        names = ["-a", "category=busy,swift"]
        run = crawl_small(site, tmp_path / "archive", *PATIENT, *wait, *names)
        swift = [seen.at for seen in server.requests if "/a/swift" in seen.path]
    assert (run["posted"], run["deferred"]) == (40, 40)
    assert max(swift) - server.requests[0].at < 2.9


# --- TLS


def test_only_a_valid_certificate_is_trusted(tmp_path: Path) -> None:
    """Faults N30, N31. A host with an invalid certificate gets one request only."""
    trusted = certificates.authority()

    (tmp_path / "trusted.pem").write_bytes(trusted.certificate.public_bytes(Encoding.PEM))
    variables = {"SSL_CERT_FILE": str(tmp_path / "trusted.pem")}
    contexts = {
        1: certificates.context(tmp_path, "127.0.0.2", trusted),
        2: certificates.context(tmp_path, "127.0.0.3", None),
        3: certificates.context(tmp_path, "127.0.0.200", trusted),
        4: certificates.context(tmp_path, "127.0.0.5", trusted, days=-1),
    }
    ends = {}
    with Faultd(Small(["a1"]), addresses=5, tls=contexts) as server:
        for number in contexts:
            site = profile(tmp_path, [server.origin(number)])
            run = crawl_small(
                site, tmp_path / f"archive{number}", "-s", "ROBOTSTXT_OBEY=False", variables=variables
            )
            ends[number] = (run.status, list(run["listings"]["incomplete"].values()))
            assert run["requests"] == (2 if number == 1 else 1)
            assert "Traceback" not in run.stderr
        asked = {seen.address for seen in server.requests}
    assert ends.pop(1) == (0, [])
    assert set(map(str, ends.values())) == {"(3, ['tls_untrusted'])"}
    assert asked == {"127.0.0.2"}


def test_a_failed_tls_handshake_makes_the_listing_incomplete(tmp_path: Path) -> None:
    """Faults N15, N31: no response, no common TLS version, and a connection that the host closes."""
    ends = []
    with Faultd(Small(["a1"]), addresses=4) as server:
        server.greetings = {"127.0.0.3": b"\x15\x03\x01\x00\x02\x02\x46", "127.0.0.4": b""}
        for number in (1, 2, 3):
            site = profile(tmp_path, [server.origin(number).replace("http://", "https://")])
            swift = ["-s", "ROBOTSTXT_OBEY=False", "-s", "DOWNLOAD_TIMEOUT=1", "-s", "RETRY_TIMES=1"]
            run = crawl_small(site, tmp_path / f"archive{number}", *swift)
            ends.append((run.status, run["requests"], *run["listings"]["incomplete"].values()))
    assert ends == [(3, 2, "timeout"), (3, 2, "tls"), (3, 2, "reset")]


# --- stopping, proxies, ports


@pytest.mark.parametrize("busy", ["/text", "/robots.txt"])
def test_waiting_requests_are_dropped_when_the_run_is_stopped(tmp_path: Path, busy: str) -> None:
    with Faultd(TEN) as server:
        server.always = {f"/text?id={name}": status(500) for name in TEN.ids}
        if busy == "/robots.txt":
            server.always[busy] = status(500)
        site = profile(tmp_path, [server.origin(1)])
        words = command(site, tmp_path / "archive", "-s", f"ARCHIVER_PRIVATE_ADDRESSES={LOOPBACK}", *PATIENT)
        words += ["-s", "ARCHIVER_RETRY_DELAY=60"]
        process = subprocess.Popen(
            [*SCRAPY, *words], cwd=PROJECT, env=environment(), stderr=subprocess.PIPE, text=True
        )
        expected = 10 if busy == "/text" else 1
        while len([seen for seen in server.requests if seen.path.startswith(busy)]) < expected:
            time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=20)
    assert time.monotonic() - began < 3
    assert process.returncode == (8 if busy == "/text" else 3), stderr
    assert "Traceback" not in stderr


def test_a_site_behind_a_faulty_proxy_is_archived_completely(tmp_path: Path) -> None:
    """Faults N35: a proxy of the environment is used, also at a private address. It resolves the names."""
    pages = Site(articles=30, plain=True)

    def play(host: str, path: str) -> Reply:
        reply = answer(pages, host, path, Conditions())
        assert reply, host
        return Reply(reply.body, reply.kind, reply.status, reply.headers)

    with Faultd(play, addresses=1) as server:
        for index in pages.listing("cailianshe"):
            path = f"/NewsData/GetNewsText.do?id={pages.article(index).id}"
            server.script[path] = [faultd.coded("gzip", faultd.half), faultd.reset_in_body]
        run = crawl_small(
            "finews",
            tmp_path / "archive",
            "-a",
            "category=cailianshe",
            private="",
            variables={"http_proxy": server.proxy, "https_proxy": server.proxy},
        )
    assert run.status == 0, run.stderr
    assert len(posts(tmp_path / "archive")) == pages.count("cailianshe")


def test_a_run_opens_no_listening_port(tmp_path: Path) -> None:
    """Faults Q15."""
    with Faultd(TEN) as server:
        server.always["/text?id=a1"] = faultd.hang
        words = command(
            profile(tmp_path, [server.origin(1)]),
            tmp_path / "archive",
            "-s",
            f"ARCHIVER_PRIVATE_ADDRESSES={LOOPBACK}",
        )
        process = subprocess.Popen(
            [*SCRAPY, *words], cwd=PROJECT, env=environment(), stderr=subprocess.DEVNULL
        )
        while not server.requests_for("/text?id=a1"):
            time.sleep(0.05)
        held = {str(fd.readlink()) for fd in Path(f"/proc/{process.pid}/fd").iterdir() if fd.is_symlink()}
        rows = [
            line.split()
            for kind in ("tcp", "tcp6")
            for line in Path(f"/proc/{process.pid}/net/{kind}").read_text().splitlines()[1:]
        ]
        process.kill()
        process.wait()
    assert [row for row in rows if row[3] == "01" and f"socket:[{row[9]}]" in held], (
        "the process is connected"
    )
    assert not [row for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in held]
