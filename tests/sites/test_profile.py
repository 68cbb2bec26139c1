"""Allowed addresses, valid ids, and the ids in addresses."""

from __future__ import annotations

import time

import pytest
from scrapy import Request

from archiver.errors import BadArgument
from archiver.sites.addresses import MAX_ADDRESS, origin_of
from archiver.sites.load import load, parse
from archiver.sites.profile import Profile
from tests.sites.profiles import changed


@pytest.fixture(scope="module")
def finews() -> Profile:
    return load("finews")


# --- allowed addresses (faults Q9 to Q11)

HOST = "finews.withounder.com"


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"http://{HOST}",
        f"https://{HOST}/a?b#c",
        f"HTTP://{HOST.upper()}/",
        f"http://{HOST}:80/",
        f"http://{HOST}:/",
        f"https://{HOST}:443/",
        f"http://{HOST}:0080/",
        f"http://{HOST}/@evil.example",
        f"http://{HOST}/\\evil.example",
        f"http://{HOST}?@evil.example",
        f"http://{HOST}#@evil.example",
    ],
)
def test_every_spelling_of_an_origin_is_allowed(finews: Profile, url: str) -> None:
    assert finews.allows(url)
    assert origin_of(Request(url).url) in (f"http://{HOST}", f"https://{HOST}")


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/",
        f"http://x.{HOST}/",
        "http://withounder.com/",
        f"http://{HOST}.evil.example/",
        f"http://{HOST}./",
        f"http://{HOST}:8080/",
        f"http://{HOST}:443/",
        f"https://{HOST}:80/",
        f"http://{HOST}:99999/",
        f"http://{HOST}:８０/",
        f"http://{HOST}:x/",
        f"http://{HOST}@evil.example/",
        f"http://evil.example@{HOST}/",
        f"http://@{HOST}/",
        f"http://a:b@{HOST}/",
        f"http://{HOST}%2f@evil.example/",
        f"http://evil.example%5c@{HOST}/",
        f"http://{HOST}%2f.evil.example/",
        f"http://{HOST}\\@evil.example/",
        f"http://evil.example\\.{HOST}/",
        f"http:\\\\{HOST}/",
        f"http:/{HOST}/",
        f"http:///{HOST}/",
        f"http:{HOST}/",
        f"//{HOST}/",
        f"ftp://{HOST}/",
        f"file://{HOST}/etc/passwd",
        f"data:text/html,{HOST}",
        f"javascript://{HOST}/",
        "http://finews。withounder。com/",
        "http://ｆｉｎｅｗｓ.withounder.com/",
        "http://finews.wıthounder.com/",
        "http://finews%2ewithounder.com/",
        f"http://{HOST} /",
        f"http://{HOST}\u200b/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1",
        "http://3081937650/",
        "",
        "/",
    ],
)
def test_an_address_at_no_origin_is_refused(finews: Profile, url: str) -> None:
    assert not finews.allows(url)


@pytest.mark.parametrize(
    ("origin", "same", "others"),
    [
        ("http://127.0.0.1:8000", ["http://127.0.0.1:8000/x"], ["http://127.0.0.1/", "http://127.1:8000/"]),
        ("HTTPS://News.Example.com:443", ["https://news.example.com/"], ["http://news.example.com/"]),
        ("http://[::1]:8000", ["http://[::1]:8000/"], ["http://[0:0::1]:8000/", "http://[::1]/"]),
        ("https://xn--fiq228c.example", ["https://XN--FIQ228C.example/"], ["https://中文.example/"]),
    ],
)
def test_origins_are_compared_exactly(origin: str, same: list[str], others: list[str]) -> None:
    profile = load("finews").model_copy(update={"origins": [origin_of(origin)]})
    assert all(map(profile.allows, same))
    assert not any(map(profile.allows, others))


# --- ids (faults H1 to H6)

ANY = parse(changed("families.0.id", ".*"), "mine.yaml")


@pytest.mark.parametrize(
    "article_id",
    ["NW1", "nw1", "A2022-0222_17", "0", "x" * 64, "_config", "1e5", "true", "con1", "CON-", "com10"],
)
def test_an_id_of_letters_digits_and_dashes_is_accepted(article_id: str) -> None:
    assert ANY.family_of(article_id)


@pytest.mark.parametrize(
    "article_id",
    [
        *("", "x" * 65, "x" * 255, "x" * 5000),
        *("../../etc/passwd", "..%2f..%2fx", "NW1/../../x", "..\\..\\x", "....//", ".", "..", ".git"),
        *(
            "/abs",
            "C:\\x",
            "\\\\host\\share",
            "file:x",
            "~root",
            "-rf",
            "$(id)",
            "`id`",
            "%00",
            "a\0b",
            "a\nb",
        ),
        *("NW1\n", "\nNW1", "NW1 ", "\x1b[31mNW1"),
        *("CON", "con", "nul", "NUL", "nul.md", "aux.", "AUX", "prn", "com1", "LPT9", "NW1.", "a:b", "a|b"),
        *("ＮＷ１", "NW１", "ΝW1", "NW1\u200b", "\u202eNW1", "e\u0301", "é", "NW١"),
        *("_config.yml", "x.md"),
    ],
)
def test_an_id_that_is_unsafe_in_a_path_is_refused(finews: Profile, article_id: str) -> None:
    assert ANY.family_of(article_id) is None
    assert finews.family_of(article_id) is None


@pytest.mark.parametrize(
    ("article_id", "family"),
    [
        ("NW202202220000000017", "newsshare"),
        ("202202220000000017", "emnews"),
        ("nw202202220000000017", None),
        ("NW20220222000000001", None),
        ("NW2022022200000000170", None),
        ("2022022200000000170", None),
        ("NW２０２２０２２２００００００００１７", None),
        ("init", None),
    ],
)
def test_finews_ids_belong_to_the_right_family(finews: Profile, article_id: str, family: str | None) -> None:
    found = finews.family_of(article_id)
    assert (found.name if found else None) == family


@pytest.mark.parametrize(
    ("article_id", "key"),
    [
        ("NW202202220000000017", "202202220000000017"),
        ("202202220000000017", "202202220000000017"),
        ("init", "init"),
        ("", ""),
    ],
)
def test_both_ids_of_an_article_have_the_same_key(finews: Profile, article_id: str, key: str) -> None:
    assert finews.key_of(article_id) == key


@pytest.mark.parametrize("site", [ANY, parse(changed("key", ""), "mine.yaml")])
def test_the_key_is_the_id_if_the_profile_has_no_key(site: Profile) -> None:
    assert site.key_of("A2022-0222_17") == "A2022-0222_17"


D18 = "202202220000000017"


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (f"http://finews.withounder.com/yangliribao/2022/02/22/NW{D18}.html", f"NW{D18}"),
        (f"https://finews.withounder.com/emnews/2022/02/22/{D18}.html?a=1#b", D18),
        (f"http://finews.zning.me/career/in/touhang/2022/02/22/NW{D18}.html", f"NW{D18}"),
        (f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{D18}", f"NW{D18}"),
        (f"http://choicewzp1.eastmoney.com/html_News/NewsShare.html?a=b&infoCode=NW{D18}&c", f"NW{D18}"),
        (f"http://choicewzp1.eastmoney.com/NewsData/GetNewsText.do?id=NW{D18}", f"NW{D18}"),
        (f"http://finance.eastmoney.com/a/{D18}.html", D18),
        (f"https://hk.eastmoney.com/a/{D18}.html", D18),
        (f"http://stock.eastmoney.com/news/1405,{D18}.html", D18),
        (f"https://emcreative.eastmoney.com/app_fortune/article/index.html?artCode={D18}", D18),
        (f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW%32{D18[1:]}", f"NW{D18}"),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=..%2f..%2fx", "../../x"),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=%252e%252e", "%2e%2e"),
        ("http://finews.zning.xyz/html_News/NewsShare.html", ""),
        ("http://caifuhao.eastmoney.com/news/20220222000000001700", ""),
        ("http://finews.withounder.com/category/yangliribao.html", ""),
        (f"javascript:/html_News/NewsShare.html?infoCode=NW{D18}", ""),
        (f"NW{D18}", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_addresses_give_the_right_id(finews: Profile, address: str, named: str) -> None:
    assert finews.named_by(address) == named


@pytest.mark.parametrize(
    "part",
    [
        "/html_News/NewsShare.html?",
        "/NewsData/GetNewsText.do?id&",
        "/2022/02/22/",
        "http://a.eastmoney.com/a/",
    ],
)
def test_a_long_address_names_no_article_and_takes_little_time(finews: Profile, part: str) -> None:
    address = "http://finews.zning.xyz" + part * ((1 << 20) // len(part))
    start = time.process_time()
    assert finews.named_by(address) == finews.named_by(address[:MAX_ADDRESS]) == ""
    assert time.process_time() - start < 2


def test_finews_posts_get_the_right_link(finews: Profile) -> None:
    share, rolling = finews.families
    assert finews.link_of(share, f"NW{D18}", "") == (
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{D18}"
    )
    assert finews.link_of(rolling, D18, "") == f"http://finance.eastmoney.com/a/{D18}.html"
    assert (share.by_source, rolling.by_source) == (True, False)


# --- aliases


@pytest.mark.parametrize(
    ("aliases", "followed"),
    [
        ({}, {}),
        ({"甲报网": "甲报"}, {"甲报网": "甲报"}),
        ({"甲报网": "甲报", "甲报": "乙报"}, {"甲报网": "乙报", "甲报": "乙报"}),
        ({"甲": "乙", "乙": "丙", "丙": "丁", "戊": "乙"}, {"甲": "丁", "乙": "丁", "丙": "丁", "戊": "丁"}),
        ({"综合样例报": "综合样例报"}, {"综合样例报": "综合样例报"}),
        ({"甲": "乙", "乙": "乙"}, {"甲": "乙", "乙": "乙"}),
    ],
)
def test_a_chain_of_aliases_leads_to_its_last_name(aliases: dict[str, str], followed: dict[str, str]) -> None:
    assert parse(changed("aliases", aliases), "mine.yaml").aliases == followed


@pytest.mark.parametrize(
    "aliases",
    [{"甲": "乙", "乙": "甲"}, {"甲": "乙", "乙": "丙", "丙": "乙"}, {"甲": "乙", "乙": "丙", "丙": "甲"}],
)
def test_aliases_that_lead_in_a_circle_are_refused(aliases: dict[str, str]) -> None:
    with pytest.raises(BadArgument, match=r"^mine\.yaml: aliases: '[甲乙丙]' leads in a circle$"):
        parse(changed("aliases", aliases), "mine.yaml")
