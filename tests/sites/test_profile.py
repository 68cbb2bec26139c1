"""A profile is right or told wrong in one sentence; where it lets requests go, and what it takes for an id."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from scrapy import Request

from archiver.errors import BadArgument
from archiver.sites.profile import MAX_ADDRESS, Profile, bundled, load, origin_of, parse

GOOD = """
name: mine
origins: [http://news.example.com, 'https://news.example.com:8443']
addresses: ['^https?://[^/]+/(?P<id>\\w+)\\.html']
listing:
  url: http://news.example.com/{category}/
  rows: li
  fields: {address: 'a::attr(href)'}
steps:
  - origin: answer
    urls: ['http://news.example.com/{id}.json']
    format: json
    fields: {body: text}
families:
  - {name: all, id: '\\w+', link: 'http://news.example.com/{id}'}
"""


@pytest.fixture(scope="module")
def finews() -> Profile:
    return load("finews")


def changed(key: str, value: Any) -> str:
    """The good profile with one key set, or left out where the value is None."""
    data = yaml.safe_load(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in key.split(".")]
    inner = data
    for part in parents:
        inner = inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = copy.deepcopy(value)
    return yaml.safe_dump(data, allow_unicode=True)


# --- loading


@pytest.mark.parametrize("name", bundled())
def test_bundled_profiles_load(name: str) -> None:
    assert load(name).name == name


def test_a_profile_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"\ufeff{GOOD}", encoding="utf-8")
    assert load(str(tmp_path / "mine.yaml")).families[0].by_source


ROWS = {"rows": "li", "fields": {"address": "a::attr(href)"}}
HOME = {"url": "http://news.example.com/", "links": "a::attr(href)", "category": "/(?P<category>[a-z]+)/$"}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        # keys
        ("colour", "red", "colour: unknown key"),
        ("listing.colour", "red", "listing.colour: unknown key"),
        ("steps.0.colour", "red", "steps.0.colour: unknown key"),
        ("families.0.colour", "red", "families.0.colour: unknown key"),
        ("home", HOME | {"colour": "red"}, "home.colour: unknown key"),
        ("home", HOME | {"articles": ROWS | {"format": "json"}}, "home.articles.format: unknown key"),
        ("listing.fields.colour", "a", "listing.fields.colour: 'colour' is unknown; known here: 'id', "),
        ("steps.0.fields.colour", "a", "steps.0.fields.colour: 'colour' is unknown; known here: 'id', "),
        ("families.0.needs", ["colour"], "families.0.needs.0: 'colour' is unknown; known here: 'title', "),
        (
            "steps.0.origin",
            "there",
            "steps.0.origin: 'there' is unknown; known here: 'answer' or 'post_page'",
        ),
        ("listing.format", "xml", "listing.format: 'xml' is unknown; known here: 'html' or 'json'"),
        ("name", None, "name: this key is missing"),
        ("origins", None, "origins: this key is missing"),
        ("steps", None, "steps: this key is missing"),
        ("listing.rows", None, "listing.rows: this key is missing"),
        ("families.0.link", None, "families.0.link: this key is missing"),
        ("listing", None, "listing: neither listing nor feeds: there would be nothing to crawl"),
        # values
        ("name", "Mine!", "name: String should match pattern"),
        ("name", 7, "name: Input should be a valid string"),
        ("origins", [], "origins: List should have at least 1 item"),
        ("origins", "http://news.example.com", "origins: Input should be a valid list"),
        ("steps", [], "steps: List should have at least 1 item"),
        ("steps.0.urls", [], "steps.0.urls: List should have at least 1 item"),
        ("families", [], "families: List should have at least 1 item"),
        ("listing.max_pages", 0, "listing.max_pages: Input should be greater than or equal to 1"),
        ("ignore", 1, "ignore: unknown key"),
        ("time_zone", "Asia/Beijing", "time_zone: 'Asia/Beijing' is no time zone"),
        ("time_zone", "../UTC", "time_zone: '../UTC' is no time zone"),
        ("time_zone", "", "time_zone: '' is no time zone"),
        # rules
        ("listing.rows", "li >", "listing.rows: 'li >' is no CSS selector: "),
        ("listing.rows", "", "listing.rows: '' is no CSS selector: "),
        ("listing.present", "::x", "listing.present: '::x' is no CSS selector: "),
        ("listing.next", "a[", "listing.next: 'a[' is no CSS selector: "),
        ("listing.fields.title", "xpath:./a[", "listing.fields.title: 'xpath:./a[' is no XPath: "),
        ("listing.fields.title", "xpath://a", "listing.fields.title: 'xpath://a' begins at the page"),
        ("steps.0.fields.body", "a[", "steps.0.fields.body: 'a[' is no JMESPath: "),
        ("steps.0.present", "nosuch(a)", "steps.0.present: 'nosuch(a)' cannot be applied: Unknown function"),
        ("home", HOME | {"links": "a["}, "home.links: 'a[' is no CSS selector: "),
        ("home", HOME | {"names": "a["}, "home.names: 'a[' is no CSS selector: "),
        ("home", HOME | {"articles": ROWS | {"rows": "a["}}, "home.articles.rows: 'a[' is no CSS selector: "),
        (
            "families.0.rules",
            {"answer": {"body": "a["}},
            "families.0.rules.answer.body: 'a[' is no JMESPath: ",
        ),
        ("families.0.rules", {"there": {}}, "families.0.rules.there: 'there' is unknown; known here: "),
        ("listing.fields", {"title": "a"}, "listing.fields: neither id nor address"),
        # regular expressions
        ("key", "(", "key: '(' is no regular expression: "),
        ("families.0.id", "[", "families.0.id: '[' is no regular expression: "),
        ("steps.0.address", "*", "steps.0.address: '*' is no regular expression: "),
        ("addresses.0", "(?P<id>", "addresses.0: '(?P<id>' is no regular expression: "),
        ("families.0.id", "", "families.0.id: "),
        ("key", 7, "key: "),
        ("addresses.0", "x", "addresses.0: 'x' has no group (?P<id>…)"),
        ("home", HOME | {"category": "x"}, "home.category: 'x' has no group (?P<category>…)"),
        # templates
        (
            "listing.url",
            "http://news.example.com/{slug}/",
            "listing.url: 'http://news.example.com/{slug}/' has {slug}",
        ),
        ("listing.url", "http://news.example.com/", "listing.url: no {category} in it"),
        (
            "listing.url",
            "http://news.example.com/{category!r}",
            "has {category!r}; known here: {category}, {page}",
        ),
        ("listing.url", "http://news.example.com/{category:>999}", "has {category:>999}; known here: "),
        ("listing.url", "http://news.example.com/{}", "has {}; known here: "),
        ("listing.url", "http://news.example.com/{category.x}", "has {category.x}; known here: "),
        ("listing.url", "http://news.example.com/{category", "is no template: "),
        (
            "steps.0.urls.0",
            "http://news.example.com/x",
            "steps.0.urls.0: 'http://news.example.com/x' is the same",
        ),
        (
            "steps.0.urls.0",
            "http://news.example.com/{slug}",
            "has {slug}; known here: {id}, {digits}, {address}",
        ),
        (
            "families.0.category",
            "{source}",
            "families.0.category: '{source}' has {source}; known here: {slug}",
        ),
        ("families.0.tag", "{slug}", "families.0.tag: '{slug}' has {slug}; known here: {source}"),
        ("families.0.link", "{site}", "families.0.link: '{site}' has {site}; known here: {id}, {digits}, "),
        ("families.0.page", "{id}", "families.0.page: '{id}' has {id}; known here: {site}, {slug}"),
        ("families.0.back", "{slug}", "families.0.back: '{slug}' has {slug}; known here: {tag}"),
        ("families.0.back", "Back", "families.0.back: 'Back' is the same for all: it has none of {tag}"),
        ("families.0.back", "a\n{tag}", "families.0.back: 'a\\n{tag}' is not one line of text"),
        ("families.0.home", "{tag}", "families.0.home: '{tag}' has {tag}; known here: none"),
        ("families.0.home", "Home\n", "families.0.home: 'Home\\n' is not one line of text"),
        ("families.0.home", " ", "families.0.home: ' ' is not one line of text"),
        # addresses
        ("origins.0", "news.example.com", "origins.0: 'news.example.com' is no origin: write http://host"),
        (
            "origins.0",
            "http://news.example.com/",
            "origins.0: 'http://news.example.com/' is no origin: write ",
        ),
        ("origins.0", "ftp://news.example.com", "origins.0: 'ftp://news.example.com' is no origin: write "),
        ("origins.0", "http://a@news.example.com", "is no origin: write "),
        ("origins.0", "http://新闻.example.com", "is no origin: write "),
        ("origins.0", "http://news.example.com:99999", "is no origin: Port out of range"),
        ("origins.0", "http://[::1", "is no origin: Invalid IPv6 URL"),
        (
            "origins.0",
            "http://other.example.com",
            "listing.url: http://news.example.com/{category}/ is at none of",
        ),
        (
            "listing.url",
            "http://{category}.example.com/",
            "listing.url: http://{category}.example.com/ is at none",
        ),
        (
            "steps.0.urls.0",
            "http://other.example.com/{id}",
            "steps.0.urls: http://other.example.com/{id} is at none",
        ),
        ("steps.0.urls.0", "{id}", "steps.0.urls: {id} is at none of the origins"),
        (
            "home",
            HOME | {"url": "http://news.example.com:81/"},
            "home.url: http://news.example.com:81/ is at none",
        ),
        (
            "feeds",
            {"new": ROWS | {"url": "http://other.example.com/"}},
            "feeds.new.url: http://other.example.com/ is at none of the origins",
        ),
        # what does not go together
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}/{page}", "next": "a"},
            "listing.next: the url",
        ),
    ],
)
def test_a_wrong_profile_is_told_in_one_sentence(key: str, value: Any, told: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(changed(key, value), "mine.yaml")
    sentence = str(wrong.value)
    assert sentence.startswith("mine.yaml: ")
    assert told in sentence
    assert "\n" not in sentence
    assert "pydantic" not in sentence


def test_a_home_page_without_a_listing_is_told() -> None:
    feeds = (
        f"feeds: {{new: {{url: 'http://news.example.com/', rows: li, fields: {{id: a}}}}}}\nhome: {HOME}\n"
    )
    text = changed("listing", None) + feeds
    with pytest.raises(BadArgument, match=r"^mine\.yaml: home: it names categories"):
        parse(text, "mine.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mine.yaml: a site profile is a mapping of keys, see docs/sites.md"),
        ("# nothing\n", "mine.yaml: a site profile is a mapping of keys, see docs/sites.md"),
        ("- a\n- b\n", "mine.yaml: a site profile is a mapping of keys, see docs/sites.md"),
        ("word", "mine.yaml: a site profile is a mapping of keys, see docs/sites.md"),
        ("name: [mine\n", "mine.yaml is no YAML: "),
        ("name: a: b\n", "mine.yaml is no YAML: mapping values are not allowed here"),
        ("name: \x01\n", "mine.yaml is no YAML: "),
        ("name: !!python/object:os.system a\n", "mine.yaml is no YAML: could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_profile_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(text, "mine.yaml")
    assert str(wrong.value).startswith(told)
    assert "\n" not in str(wrong.value)


def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "gbk.yaml").write_bytes("name: 样例".encode("gbk"))
    for site, why in {
        f"{tmp_path}/none.yaml": "No such file or directory",
        "none.yml": "No such file or directory",
        f"{tmp_path}/": "Is a directory",
        f"{tmp_path}/gbk.yaml": "it is not UTF-8",
        "~nobody-is-called-this/mine.yaml": "Could not determine home directory.",
    }.items():
        with pytest.raises(BadArgument) as wrong:
            load(site)
        assert str(wrong.value) == f"cannot read the site profile {site}: {why}"


@pytest.mark.parametrize("site", ["nowhere", "", "Finews", "profile", "__init__"])
def test_an_unknown_name_tells_the_known_ones(site: str) -> None:
    with pytest.raises(BadArgument, match=rf"^unknown site '{site}'; bundled are finews, or give a path"):
        load(site)


# --- where requests may go (faults Q9 to Q11)

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
def test_spellings_of_an_origin(finews: Profile, url: str) -> None:
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
def test_everything_else_is_refused(finews: Profile, url: str) -> None:
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
def test_origins_compare_exactly(origin: str, same: list[str], others: list[str]) -> None:
    profile = load("finews").model_copy(update={"origins": [origin_of(origin)]})
    assert all(map(profile.allows, same))
    assert not any(map(profile.allows, others))


# --- ids (faults H1 to H6)

ANY = parse(changed("families.0.id", ".*"), "mine.yaml")


@pytest.mark.parametrize(
    "article_id",
    ["NW1", "nw1", "A2022-0222_17", "0", "x" * 64, "_config", "1e5", "true", "con1", "CON-", "com10"],
)
def test_an_id_of_letters_digits_and_dashes(article_id: str) -> None:
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
def test_an_id_that_must_not_touch_a_path(finews: Profile, article_id: str) -> None:
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
def test_families_of_finews(finews: Profile, article_id: str, family: str | None) -> None:
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
def test_both_families_share_a_key(finews: Profile, article_id: str, key: str) -> None:
    assert finews.key_of(article_id) == key


@pytest.mark.parametrize("site", [ANY, parse(changed("key", ""), "mine.yaml")])
def test_without_a_rule_the_key_is_the_id(site: Profile) -> None:
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
def test_what_addresses_name(finews: Profile, address: str, named: str) -> None:
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
def test_a_long_address_names_nothing_at_once(finews: Profile, part: str) -> None:
    address = "http://finews.zning.xyz" + part * ((1 << 20) // len(part))
    start = time.process_time()
    assert finews.named_by(address) == finews.named_by(address[:MAX_ADDRESS]) == ""
    assert time.process_time() - start < 2


# --- where an article is asked for


def test_steps_of_finews(finews: Profile) -> None:
    answer, post_page = finews.steps
    page = f"http://finews.withounder.com/emnews/2022/02/22/{D18}.html"
    assert answer.addresses(D18, D18, "") == [
        f"http://{host}/NewsData/GetNewsText.do?id={D18}"
        for host in ("finews.zning.xyz", "choicewzp1.eastmoney.com")
    ]
    assert post_page.addresses(D18, D18, page) == [page]
    assert post_page.addresses(D18, D18, "") == []
    assert post_page.addresses(D18, D18, f"http://finance.eastmoney.com/a/{D18}.html") == []


@pytest.mark.parametrize(
    "address", ["http://[::1/a", "http://host:99999/", "javascript:x", "/a", "", "http://"]
)
def test_an_address_that_is_none_is_not_asked(address: str) -> None:
    step = parse(changed("steps.0.urls.0", "{address}"), "mine.yaml").steps[0]
    assert step.addresses("x", "x", address) == []
    assert step.addresses("x", "x", "http://news.example.com/x") == ["http://news.example.com/x"]


def test_links_of_finews(finews: Profile) -> None:
    share, rolling = finews.families
    assert finews.link_of(share, f"NW{D18}", "") == (
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW{D18}"
    )
    assert finews.link_of(rolling, D18, "") == f"http://finance.eastmoney.com/a/{D18}.html"
    assert (share.by_source, rolling.by_source) == (True, False)
