"""Fault group Q: no request to an origin outside the profile, or to an address that is not public."""

from __future__ import annotations

import itertools
import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.replica import certificates
from tests import faultd
from tests.crawling import posts
from tests.faultd import Fault, Faultd, bomb, redirect, status
from tests.faults.names import SCRIPTED
from tests.faults.small import PATIENT, Measured, Small, crawl_small, hosts_for, profile

PAGES = Small(["a1", "a2", "a3"])


def incomplete(run: Measured) -> list[str]:
    return list(run["listings"]["incomplete"].values())


# --- redirects of listings, and within the site


def test_a_listing_that_redirects_off_the_site_is_incomplete(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=3) as server:
        leads = {
            "q4": (f"{server.origin(2)}/list", "offsite"),
            "q1": ("file:///etc/passwd", "scheme"),
            "n24": ("/list?n24", "redirect_loop"),
            "n24-empty": ("", "redirect_loop"),
            "n25": ("http://[::1", "bad_redirect"),
            "n26": (None, "status_302"),
            "n22": ("not modified", "status_304"),
        }
        for name, (location, _) in leads.items():
            server.always[f"/list?{name}"] = status(302) if location is None else redirect(location)
        server.always["/list?n22"] = faultd.raw(b"HTTP/1.1 304 None\r\n\r\n", close=False)
        names = ["-a", f"category={','.join([*leads, 'kuaixun'])}"]
        run = crawl_small(profile(tmp_path, [server.origin(1)]), tmp_path / "archive", *names)
        assert {seen.address for seen in server.requests} == {"127.0.0.2"}
    ends = {url.rpartition("?")[2]: reason for url, reason in run["listings"]["incomplete"].items()}
    assert ends == {name: reason for name, (_, reason) in leads.items()}
    assert run.status == 5, "a listing that moved may mean that the site changed"
    assert run["posted"] == 3


def test_redirects_within_the_site_are_followed_without_cookies_or_referer(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=3) as server:
        moved = "http://" + server.origin(2).removeprefix("http://")
        server.always["/list?kuaixun"] = status(301, Location="/list?moved", Set_Cookie="secret=1")
        server.always["/text?id=a1"] = status(
            307, Location=f"{moved}/text?id=a1&moved", Set_Cookie="secret=1"
        )
        server.always["/text?id=a1&moved"] = faultd.body(b"{}")
        server.script["/text?id=a1&moved"] = [moved_answer]
        run = crawl_small(profile(tmp_path, [server.origin(1), server.origin(2)]), tmp_path / "archive")
        assert not [seen for seen in server.requests if {"cookie", "referer"} & seen.headers.keys()]
    assert (run.status, run["posted"]) == (0, 3), run.stderr


async def moved_answer(wire: faultd.Wire, _reply: faultd.Reply) -> None:
    await faultd.good(wire, PAGES("", "/text?id=a1"))


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    """Faults N27. Both addresses are origins of the site."""
    trusted = certificates.authority()
    (tmp_path / "trusted.pem").write_bytes(trusted.certificate.public_bytes(Encoding.PEM))
    context = certificates.context(tmp_path, "127.0.0.2", trusted)
    with Faultd(PAGES, addresses=3, tls={1: context}) as server:
        server.always["/text?id=a1"] = redirect(f"{server.origin(2)}/text?id=a1")
        site = profile(tmp_path, [server.origin(1), server.origin(2)], [server.origin(1)])
        variables = {"SSL_CERT_FILE": str(tmp_path / "trusted.pem")}
        run = crawl_small(site, tmp_path / "archive", variables=variables)
        assert {seen.address for seen in server.requests} == {"127.0.0.2"}
    assert run.ends() == {"a1": ("quarantined", "downgrade")}
    assert (run.status, run["posted"]) == (4, 2)


def test_a_redirect_from_http_to_https_is_followed(tmp_path: Path) -> None:
    trusted = certificates.authority()
    (tmp_path / "trusted.pem").write_bytes(trusted.certificate.public_bytes(Encoding.PEM))
    context = certificates.context(tmp_path, "127.0.0.2", trusted)
    with Faultd(PAGES, addresses=3, tls={1: context}) as server:
        plain = server.origin(2).removeprefix("http://")
        for name in PAGES.ids:
            path = f"/text?id={name}"
            server.always[f"{plain} {path}"] = redirect(f"{server.origin(1)}{path}", 301)
        site = profile(tmp_path, [server.origin(2), server.origin(1)])
        variables = {"SSL_CERT_FILE": str(tmp_path / "trusted.pem")}
        run = crawl_small(site, tmp_path / "archive", variables=variables)
    assert (run.status, run["posted"]) == (0, 3), run.stderr


# --- resources that are not fetched, and headers that are not sent (Q12, Q13)


def test_resources_that_a_body_links_to_are_not_fetched(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=3) as server:
        inside, outside = f"{server.origin(1)}/inside", f"{server.origin(2)}/outside"
        text = "".join(
            f'<p>段<a href="{url}">链接</a><img src="{url}.png" srcset="{url}.2x 2x" data-src="{url}.lazy">'
            f'<iframe src="{url}.frame"></iframe><script src="{url}.js"></script><video src="{url}.mp4">'
            f'</video><link rel="stylesheet" href="{url}.css"><object data="{url}.swf"></object>'
            f'<p style="background:url({url}.bg)">文</p>'
            for url in (inside, outside, "http://169.254.169.254/latest/meta-data")
        )
        fields = PAGES.fields("a1") | {"text": f'<meta http-equiv="refresh" content="0;url={outside}">{text}'}
        server.always["/text?id=a1"] = faultd.body(json.dumps(fields).encode())
        run = crawl_small(profile(tmp_path, [server.origin(1), server.origin(2)]), tmp_path / "archive")
        asked = sorted(seen.path for seen in server.requests)
    assert (run.status, run["posted"]) == (0, 3), run.stderr
    assert asked == ["/list?kuaixun", "/robots.txt", *(f"/text?id={name}" for name in PAGES.ids)]
    post = next(text for name, text in posts(tmp_path / "archive").items() if "a1" in name)
    assert f'href="{inside}"' in post
    assert not [tag for tag in ("<script", "<iframe", "<object", "<link", "<video", "url(") if tag in post]


def test_the_proxy_password_is_sent_to_the_proxy_only(tmp_path: Path) -> None:
    """Faults Q13. Articles are requested through the proxy, the listing directly."""
    with Faultd(PAGES, addresses=3) as server:
        far = "http://far.example"
        server.always = {
            "far.example /text?id=a1": status(
                302, Location=f"{server.origin(1)}/text?id=a1", Set_Cookie="a=Secret"
            ),
            "far.example /text?id=a2": redirect("http://127.0.0.3/x"),
            "far.example /text?id=a3": status(500),
        }
        proxy = server.proxy.replace("//", "//who:Secret@")
        variables = {"http_proxy": proxy, "no_proxy": "127.0.0.2"}
        site = profile(tmp_path, [server.origin(1), far], [far])
        loud = ["-s", "LOG_LEVEL=DEBUG"]
        run = crawl_small(site, tmp_path / "archive", *loud, variables=variables)
        sent = {(seen.address, seen.headers.get("proxy-authorization", "")) for seen in server.requests}
        leaks = {"cookie", "referer", "authorization"}
        assert not [seen for seen in server.requests if leaks & seen.headers.keys()]
    basic = b64encode(b"who:Secret").decode()
    assert sent == {("127.0.0.2", ""), ("127.0.0.1", f"Basic {basic}")}
    assert run.ends() == {"a2": ("quarantined", "offsite"), "a3": ("deferred", "status_500")}
    kept = [path.read_bytes() for path in (tmp_path / "archive").rglob("*") if path.is_file()]
    for secret in ("who:Secret", basic):
        assert secret not in run.stderr
        assert not [content for content in kept if secret.encode() in content]


# --- addresses (Q5 to Q8)


@pytest.mark.parametrize(
    ("host", "robots"),
    [
        ("localhost", True),
        ("2130706433", False),
        ("0x7f000001", False),
        ("0177.0.0.1", False),
        ("127.1", False),
    ],
)
def test_other_spellings_of_loopback_get_no_connection(tmp_path: Path, host: str, robots: bool) -> None:
    with Faultd(PAGES, addresses=1) as server:
        site = profile(tmp_path, [server.origin(0).replace("127.0.0.1", host)])
        private = "" if robots else "10.0.0.0/8, 127.0.0.9"
        run = crawl_small(site, tmp_path / "archive", "-s", f"ROBOTSTXT_OBEY={robots}", private=private)
        assert server.requests == []
    assert (run.status, incomplete(run)) == (3, ["private_address"])
    assert "Traceback" not in run.stderr


def test_a_name_with_a_private_address_gets_no_connection(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=3) as server:
        port, other = (server.origin(n).rpartition(":")[2] for n in (1, 2))
        names = [f"http://public.example:{port}", f"http://private.example:{other}"]
        site = profile(tmp_path, [*names, "http://metadata.example"])
        server.always = {
            "/text?id=a1": redirect(f"{names[1]}/x"),
            "/text?id=a2": redirect("http://metadata.example/x"),
        }
        run = crawl_small(site, tmp_path / "archive", *SCRIPTED, private="127.0.0.2")
        assert {seen.address for seen in server.requests} == {"127.0.0.2"}
    assert run.ends() == dict.fromkeys(["a1", "a2"], ("quarantined", "private_address"))
    assert (run.status, run["posted"]) == (4, 1)


def test_a_name_that_later_resolves_to_a_private_address_gets_no_connection(tmp_path: Path) -> None:
    """Faults Q7. The first connection goes to an allowed address; all later ones would not."""
    with Faultd(PAGES, addresses=3) as server:
        name = f"http://rebind.example:{server.origin(1).rpartition(':')[2]}"
        server.always["/list?kuaixun"] = faultd.no_length_whole
        site = profile(tmp_path, [name])
        options = [*SCRIPTED]
        options += ["-s", "ROBOTSTXT_OBEY=False"]
        run = crawl_small(site, tmp_path / "archive", *options, private="127.0.0.2")
        assert [(seen.address, seen.path) for seen in server.requests] == [("127.0.0.2", "/list?kuaixun")]
    assert run.ends() == dict.fromkeys(PAGES.ids, ("quarantined", "private_address"))


def test_the_private_address_of_a_proxy_is_allowed_for_the_proxy_only(tmp_path: Path) -> None:
    with Faultd(PAGES, addresses=1) as server:
        proxy = server.proxy.replace("127.0.0.1", "localhost")
        site = profile(tmp_path, [proxy])
        through = crawl_small(site, tmp_path / "through", private="", variables={"http_proxy": proxy})
        server.requests.clear()
        variables = {"http_proxy": proxy, "no_proxy": "localhost"}
        past = crawl_small(site, tmp_path / "past", private="", variables=variables)
        assert server.requests == []
    assert through.status == 0, through.stderr
    assert (past.status, incomplete(past)) == (3, ["private_address"])


def test_an_invalid_network_is_refused_with_one_sentence(tmp_path: Path) -> None:
    run = crawl_small("finews", tmp_path / "archive", private="10.0.0.0/40")
    assert run.status == 2
    assert "ARCHIVER_PRIVATE_ADDRESSES: '10.0.0.0/40' does not appear to be" in run.stderr
    assert "Traceback" not in run.stderr


# --- robots.txt: Q14


CLOSING: dict[str, tuple[Fault, str, int]] = {
    "503": (status(503), "deferred robots_unavailable", 5),
    "429": (status(429), "deferred robots_unavailable", 5),
    "off-site": (redirect("http://127.0.0.1/robots.txt"), "deferred robots_unavailable", 1),
    "loop": (redirect("/robots.txt"), "deferred robots_unavailable", 1),
    "big": (faultd.body(b" " * (10 << 20)), "deferred robots_unavailable", 1),
    "endless": (faultd.megabytes(50, announced=False), "deferred robots_unavailable", 1),
    "headers": (faultd.headers("X-Long: " + "x" * 20_000), "deferred robots_unavailable", 1),
    "bomb": (faultd.body(bomb("gzip", 100), Content_Encoding="gzip"), "deferred robots_unavailable", 1),
    "cut": (faultd.coded("gzip", faultd.half), "deferred robots_unavailable", 5),
    "reset": (faultd.reset_before_headers, "deferred reset", 5),
}


def test_a_host_whose_robots_txt_is_unavailable_is_deferred(tmp_path: Path) -> None:
    pages = Small([*CLOSING, "open"], {})
    with Faultd(pages, addresses=2 + len(CLOSING)) as server:
        pages.at.update(hosts_for(CLOSING, server.origin, 2))
        hosts = {name: origin.removeprefix("http://") for name, origin in pages.at.items()}
        for name, (fault, _, _) in CLOSING.items():
            server.always[f"{hosts[name]} /robots.txt"] = fault
        rules = faultd.body(b"User-agent: *\nDisallow: /b\n", Content_Encoding="utf-8")  # faults N41
        server.always[f"{server.origin(1).removeprefix('http://')} /robots.txt"] = rules
        site = profile(tmp_path, [server.origin(1), *pages.at.values()], html=True)
        run = crawl_small(site, tmp_path / "archive", *PATIENT)
        asked = {
            name: [seen.path for seen in server.requests if seen.host == host] for name, host in hosts.items()
        }
    assert {name: " ".join(end) for name, end in run.ends().items()} == {
        name: end for name, (_, end, _) in CLOSING.items()
    }
    assert asked == {name: ["/robots.txt"] * attempts for name, (_, _, attempts) in CLOSING.items()}
    assert (run.status, run["posted"]) == (3, 1)
    assert "Traceback" not in run.stderr


def test_a_listing_whose_robots_txt_is_unavailable_is_incomplete(tmp_path: Path) -> None:
    with Faultd(PAGES) as server:
        server.always["/robots.txt"] = status(500)
        site = profile(tmp_path, [server.origin(1)])
        run = crawl_small(site, tmp_path / "archive", "-s", "RETRY_TIMES=1")
        server.always.clear()
        again = crawl_small(site, tmp_path / "archive")
    assert (run.status, incomplete(run)) == (3, ["robots_unavailable"])
    assert (again.status, again["posted"]) == (0, 3)


def test_a_host_without_robots_txt_allows_everything(tmp_path: Path) -> None:
    def without(number: int) -> Fault:
        async def fault(wire: faultd.Wire, _reply: faultd.Reply) -> None:
            rules = b"User-agent: *\nDisallow: /\n"
            await faultd.good(wire, faultd.Reply(rules, "text/plain", number))

        return fault

    pages = Small(["401", "404", "410"], {})
    with Faultd(pages, addresses=5) as server:
        pages.at.update(hosts_for(pages.ids, server.origin, 2))
        for name, origin in pages.at.items():
            server.always[f"{origin.removeprefix('http://')} /robots.txt"] = without(int(name))
        site = profile(tmp_path, [server.origin(1), *pages.at.values()], html=True)
        run = crawl_small(site, tmp_path / "archive")
    assert (run.status, run["posted"]) == (0, 3), run.stderr


def test_addresses_that_robots_txt_forbids_are_skipped_and_its_delay_is_obeyed(tmp_path: Path) -> None:
    rules = b"User-agent: *\nDisallow: /text?id=a2\nCrawl-delay: 0.6\n"
    beyond_limit = b"#" + b" " * (500 << 10) + b"\nDisallow: /\n"
    with Faultd(PAGES) as server:
        server.always["/robots.txt"] = faultd.body(rules + beyond_limit)
        run = crawl_small(profile(tmp_path, [server.origin(1)]), tmp_path / "archive")
        times = [seen.at for seen in server.requests]
    assert (run.status, run["posted"], run["reasons"]) == (0, 2, {"skipped/robots_txt": 1})
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
    assert [gap > 0.55 for gap in gaps] == [True] * 2


@pytest.mark.parametrize("delay", ["0", "0.15"])
def test_requests_to_a_host_with_a_crawl_delay_are_sent_one_at_a_time(tmp_path: Path, delay: str) -> None:
    """Also with Scrapy's own random delay, and with a slow host."""
    pages = Small([f"a{number}" for number in range(12)])
    with Faultd(pages) as server:
        server.always["/robots.txt"] = faultd.body(b"User-agent: *\nCrawl-delay: 0.15\n")
        server.always["/text?id=a3"] = faultd.late(0.6)
        server.script["/text?id=a5"] = [status(503)]
        run = crawl_small(
            profile(tmp_path, [server.origin(1)]), tmp_path / "archive", "-s", f"DOWNLOAD_DELAY={delay}"
        )
        seen = server.requests[1:]
    assert (run.status, run["posted"]) == (0, 12), run.stderr
    gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(seen)]
    assert len(gaps) == 13
    assert min(gaps) > 0.12  # 0.15 between sending; a busy machine delays the arrival of a request
    slow = next(number for number, each in enumerate(seen) if each.path == "/text?id=a3")
    assert gaps[slow] > 0.59, "the others wait for the slow response"
    assert seen[-1].at - seen[0].at < 13 * 0.15 + 4
