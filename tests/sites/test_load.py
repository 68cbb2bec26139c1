"""The first mistake in a profile is reported in one sentence that names the file and the key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver.errors import BadArgument
from archiver.sites.load import bundled, load, parse
from tests.sites.profiles import GOOD, changed


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_profile_loads(name: str) -> None:
    assert load(name).name == name


def test_a_profile_is_loaded_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"\ufeff{GOOD}", encoding="utf-8")
    assert load(str(tmp_path / "mine.yaml")).families[0].by_source


STEP = yaml.safe_load(GOOD)["steps"][0]
ROWS = {"rows": "li", "fields": {"address": "a::attr(href)"}}
HOME = {"url": "http://news.example.com/", "links": "a::attr(href)", "category": "/(?P<category>[a-z]+)/$"}


@pytest.mark.parametrize(
    ("key", "value", "message"),
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
            "listing.format",
            "xml",
            "listing.format: 'xml' is unknown; known here: 'html', 'json', 'feed' or 'sitemap'",
        ),
        ("name", None, "name: this key is missing"),
        ("listing.rows", None, "listing.rows: this key is missing"),
        ("families.0.back", "{slug}", "families.0.back: '{slug}' contains {slug}; known here: {tag}"),
        ("families.0.back", "Back", "families.0.back: 'Back' must contain at least one of {tag}"),
        ("families.0.back", "a\n{tag}", "families.0.back: 'a\\n{tag}' is not one line of text"),
        ("families.0.home", "{tag}", "families.0.home: '{tag}' contains {tag}; known here: none"),
        ("families.0.home", "Home\n", "families.0.home: 'Home\\n' is not one line of text"),
        ("families.0.home", " ", "families.0.home: ' ' is not one line of text"),
        ("listing", None, "listing: there is neither listing nor feeds, so there is nothing to crawl"),
        # values
        ("name", "Mine!", "name: String should match pattern"),
        ("name", 7, "name: Input should be a valid string"),
        ("origins", "http://news.example.com", "origins: Input should be a valid list"),
        ("steps.0.urls", [], "steps.0.urls: List should have at least 1 item"),
        ("listing.max_pages", 0, "listing.max_pages: Input should be greater than or equal to 1"),
        ("ignore", 1, "ignore: unknown key"),
        ("time_zone", "Asia/Beijing", "time_zone: 'Asia/Beijing' is not a time zone"),
        ("time_zone", "../UTC", "time_zone: '../UTC' is not a time zone"),
        ("time_zone", "", "time_zone: '' is not a time zone"),
        ("also", ["NW{digits}"], "also: there is no key, so {digits} has no meaning"),
        ("also", ["NW{id}"], "also.0: 'NW{id}' contains {id}; known here: {digits}"),
        ("also", ["NW"], "also.0: 'NW' must contain at least one of {digits}"),
        # rules
        ("listing.rows", "li >", "listing.rows: 'li >' is not a CSS selector: "),
        ("listing.rows", "", "listing.rows: '' is not a CSS selector: "),
        ("listing.present", "::x", "listing.present: '::x' is not a CSS selector: "),
        ("listing.next", "a[", "listing.next: 'a[' is not a CSS selector: "),
        ("listing.fields.title", "xpath:./a[", "listing.fields.title: 'xpath:./a[' is not valid XPath: "),
        ("listing.fields.title", "xpath://a", "listing.fields.title: 'xpath://a' begins at the page"),
        ("steps.0.fields.body", "a[", "steps.0.fields.body: 'a[' is not valid JMESPath: "),
        ("steps.0.present", "nosuch(a)", "steps.0.present: 'nosuch(a)' cannot be applied: Unknown function"),
        ("home", HOME | {"links": "a["}, "home.links: 'a[' is not a CSS selector: "),
        ("home", HOME | {"names": "a["}, "home.names: 'a[' is not a CSS selector: "),
        (
            "home",
            HOME | {"articles": ROWS | {"rows": "a["}},
            "home.articles.rows: 'a[' is not a CSS selector: ",
        ),
        (
            "families.0.rules",
            {"answer": {"body": "a["}},
            "families.0.rules.answer.body: 'a[' is not valid JMESPath: ",
        ),
        (
            "families.0.rules",
            {"there": {}},
            "families.0.rules.there: 'there' is unknown; known here: 'answer'",
        ),
        ("listing.fields", {"title": "a"}, "listing.fields: there is neither id nor address"),
        # tests
        ("tests", {"url": "http://news.example.com/1.html"}, "tests: Input should be a valid list"),
        ("tests", [{}], "tests.0.url: this key is missing"),
        ("tests", [{"url": "1.html"}], "tests.0.url: '1.html' is not the address of a page"),
        ("tests", [{"url": "http://news.example.com/1", "text": "x"}], "tests.0.text: unknown key"),
        # names of steps
        (
            "steps.0.origin",
            "Answer",
            "steps.0.origin: 'Answer' is not a name for a step: write a-z, 0-9 and _",
        ),
        ("steps.0.origin", "", "steps.0.origin: '' is not a name for a step: "),
        ("steps.0.origin", "a\n", "steps.0.origin: 'a\\n' is not a name for a step: "),
        ("steps.0.origin", "1st", "steps.0.origin: '1st' is not a name for a step: "),
        ("steps.0.origin", "post page", "steps.0.origin: 'post page' is not a name for a step: "),
        (
            "steps.0.origin",
            "listing",
            "steps.0.origin: 'listing' is reserved: a step must not have the name 'listing', ",
        ),
        ("steps.0.origin", "body", "steps.0.origin: 'body' is reserved: "),
        ("steps.0.origin", "address", "steps.0.origin: 'address' is reserved: "),
        ("steps.0.origin", "id", "steps.0.origin: 'id' is reserved: "),
        # regular expressions
        ("key", "(", "key: '(' is not a regular expression: "),
        ("families.0.id", "[", "families.0.id: '[' is not a regular expression: "),
        ("steps.0.address", "*", "steps.0.address: '*' is not a regular expression: "),
        ("addresses.0", "(?P<id>", "addresses.0: '(?P<id>' is not a regular expression: "),
        ("families.0.id", "", "families.0.id: "),
        ("key", 7, "key: "),
        ("addresses.0", "x", "addresses.0: 'x' has no group (?P<id>…)"),
        ("home", HOME | {"category": "x"}, "home.category: 'x' has no group (?P<category>…)"),
        # templates
        (
            "listing.url",
            "http://news.example.com/{slug}/",
            "listing.url: 'http://news.example.com/{slug}/' contains {slug}",
        ),
        ("listing.url", "http://news.example.com/", "listing.url: there is no {category} in it"),
        (
            "listing.url",
            "http://news.example.com/{category!r}",
            "contains {category!r}; known here: {category}, {page}",
        ),
        ("listing.url", "http://news.example.com/{category:>999}", "contains {category:>999}; known here: "),
        ("listing.url", "http://news.example.com/{}", "contains {}; known here: "),
        ("listing.url", "http://news.example.com/{category.x}", "contains {category.x}; known here: "),
        ("listing.url", "http://news.example.com/{category", "is not a template: "),
        (
            "steps.0.urls.0",
            "http://news.example.com/x",
            "steps.0.urls.0: 'http://news.example.com/x' must contain",
        ),
        (
            "steps.0.urls.0",
            "http://news.example.com/{slug}",
            "contains {slug}; known here: {id}, {digits}, {address}",
        ),
        (
            "families.0.category",
            "{source}",
            "families.0.category: '{source}' contains {source}; known here: {slug}, {category}, {site}",
        ),
        ("families.0.tag", "{id}", "families.0.tag: '{id}' contains {id}; known here: {source}, {slug}, "),
        # the short form
        ("article", {}, "article: write article or steps, not both"),
        ("category", "all", "category: the families of this profile have their own: write it there"),
        ("categories", {"a/b": "A"}, "categories.a/b: "),
        ("feeds", {"a": {"url": "http://news.example.com/f"}}, "feeds.a.rows: this key is missing"),
        ("listing.skip", ["("], "listing.skip.0: '(' is not a regular expression"),
        ("listing.fields.title", {"match": "a"}, "listing.fields.title.at: a rule has either at, "),
        ("listing.fields.title", {"at": "a", "text": "b"}, "listing.fields.title.at: a rule has either at, "),
        ("listing.fields.title", {"text": "b", "match": "c"}, "listing.fields.title.text: a constant has no"),
        ("listing.fields.title", {"at": "a", "drop": ["b >"]}, "listing.fields.title.drop.0: 'b >' is not a"),
        ("listing.fields.title", {"at": "a >", "drop": ["b"]}, "listing.fields.title.at: 'a >' is not a CSS"),
        ("listing.fields.title", {"at": "a", "is": "html"}, "listing.fields.title.is: only JSON texts need"),
        (
            "listing.fields.title",
            {"at": "a", "is": "xml"},
            "listing.fields.title.is: 'xml' is unknown; known",
        ),
        ("listing.fields.title", {"at": "a", "when": "b"}, "listing.fields.title.when: unknown key"),
        (
            "listing.within",
            "x =",
            "listing.within: only JSON can follow a text such as 'x =': write format: json",
        ),
        ("listing.within", "div >", "listing.within: 'div >' is not a CSS selector"),
        ("steps.0.within", "script#", "steps.0.within: 'script#' is not a CSS selector"),
        (
            "listing",
            {"url": "http://news.example.com/{category}.xml", "format": "feed", "within": "cb("},
            "listing.within: a document of the format feed is always the whole response",
        ),
        ("steps.0.generic", True, "steps.0.generic: only HTML can be read without rules, and the format is"),
        ("steps.0.fields", None, "steps.0.fields: this key is missing"),
        ("steps.0.layouts", [{"title": "a"}], "steps.0.layouts.0.present: without present or body, "),
        ("steps.0.layouts", [{"body": "["}], "steps.0.layouts.0.body: '[' is not valid JMESPath"),
        ("site_url", "example.com", "site_url: String should match pattern"),
        (
            "origins",
            ["https://*.com"],
            "origins.0: 'https://*.com' is not an origin: a wildcard stands before ",
        ),
        ("origins", ["https://*.10.0.0.1"], "origins.0: 'https://*.10.0.0.1' is not an origin: a wildcard "),
        (
            "origins",
            ["https://a.*.example.com"],
            "origins.0: 'https://a.*.example.com' is not an origin: write ",
        ),
        (
            "families.0.link",
            "{site}",
            "families.0.link: '{site}' contains {site}; known here: {id}, {digits}, ",
        ),
        ("families.0.page", "{id}", "families.0.page: '{id}' contains {id}; known here: {site}, {slug}"),
        # addresses
        (
            "origins.0",
            "news.example.com",
            "origins.0: 'news.example.com' is not an origin: write http://host",
        ),
        (
            "origins.0",
            "http://news.example.com/",
            "origins.0: 'http://news.example.com/' is not an origin: write ",
        ),
        (
            "origins.0",
            "ftp://news.example.com",
            "origins.0: 'ftp://news.example.com' is not an origin: write ",
        ),
        ("origins.0", "http://a@news.example.com", "is not an origin: write "),
        ("origins.0", "http://新闻.example.com", "is not an origin: write "),
        ("origins.0", "http://news.example.com:99999", "is not an origin: Port out of range"),
        ("origins.0", "http://[::1", "is not an origin: Invalid IPv6 URL"),
        (
            "origins.0",
            "http://other.example.com",
            "listing.url: http://news.example.com/{category}/ is not at one of",
        ),
        (
            "listing.url",
            "http://{category}.example.com/",
            "listing.url: http://{category}.example.com/ is not at one",
        ),
        (
            "steps.0.urls.0",
            "http://other.example.com/{id}",
            "steps.0.urls: http://other.example.com/{id} is not at one",
        ),
        ("steps.0.urls.0", "{id}", "steps.0.urls: {id} is not at one of the origins"),
        (
            "home",
            HOME | {"url": "http://news.example.com:81/"},
            "home.url: http://news.example.com:81/ is not at one",
        ),
        (
            "feeds",
            {"new": ROWS | {"url": "http://other.example.com/"}},
            "feeds.new.url: http://other.example.com/ is not at one of the origins",
        ),
        # keys that exclude or contradict each other
        ("steps", [STEP, STEP], "steps.1.origin: another step already has the name 'answer'"),
        (
            "families.0.rules",
            {"answer": {}, "post_page": {"body": "a"}},
            "families.0.rules.post_page: 'post_page' is unknown; known here: 'answer'",
        ),
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}/{offset}", "next": "a"},
            "listing.next: remove next or {offset}: the url already leads to every page",
        ),
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}/{cursor}"},
            "listing.next: {cursor} is in the url: write next: {cursor: rule}",
        ),
        ("listing.next", {"cursor": "a"}, "listing.next.cursor: there is no {cursor} in the url"),
        (
            "listing.next",
            {"cursor": "a", "address": "b"},
            "listing.next.cursor: write a rule for the address",
        ),
        ("listing.next", {"cursor": "h3 >"}, "listing.next.cursor: 'h3 >' is not a CSS selector: "),
        ("listing.next", "h3 >", "listing.next: 'h3 >' is not a CSS selector: "),
        ("listing.next", {"at": "a", "is": "html"}, "listing.next.is: only JSON texts need it"),
        ("listing.next", {"after": "a"}, "listing.next.address.after: unknown key"),
        (
            "listing.headers",
            {"Cookie": "a=1"},
            "the header Cookie cannot be set: the archiver keeps no session",
        ),
        ("listing.headers", {"hOST": "a"}, "the header hOST cannot be set: it is that of the address"),
        ("listing.headers", {"User-Agent": "a"}, "cannot be set: write the setting USER_AGENT"),
        ("listing.headers", {"Proxy-Authorization": "a"}, "cannot be set: it is for a proxy"),
        ("listing.headers", {"Transfer-Encoding": "chunked"}, "cannot be set: the archiver sets it itself"),
        ("listing.headers", {"Content-Length": 3}, "cannot be set: the archiver sets it itself"),
        ("listing.headers", {"If-None-Match": "a"}, "cannot be set: the archiver sets it itself"),
        ("listing.headers", {"X A": "a"}, "'X A' is not the name of a header"),
        (
            "listing.headers",
            {"X-A": "a\r\nHost: b"},
            "listing.headers.X-A: 'a\\r\\nHost: b' is not the value",
        ),
        ("listing.headers", {"X-A": "标题"}, "is not the value of a header: write printable ASCII"),
        ("listing.method", "PUT", "listing.method: 'PUT' is unknown; known here: 'GET' or 'POST'"),
        (
            "listing.form",
            {"p": "{id}"},
            "listing.form.p: '{id}' contains {id}; known here: {category}, {page}",
        ),
        ("listing.form", {"p": "{"}, "listing.form.p: '{' is not a template"),
        ("listing.form", {"p": ["a"]}, "listing.form.p: Input should be a valid string"),
        ("listing.json", {"a": [{"b": "{id}"}]}, "listing.json.a.0.b: '{id}' contains {id}; known here: "),
        ("listing.json", '{"a": 1}', "listing.json: write the JSON as keys and values, not as a text"),
        ("listing.json", {"a": date(2026, 9, 26)}, "listing.json: it has a value that JSON does not know"),
        ("listing.url", "http://${KEY}.example.com/{category}", "listing.url: 'http://${KEY}.example.com/"),
        ("listing.url", "http://news.example.com/{KEY}/{category}", "contains {KEY}; known here: {category}"),
        ("steps.0.json", {"id": "{page}"}, "steps.0.json.id: '{page}' contains {page}; known here: {id}, "),
        (
            "steps.0.urls.0",
            "http://news.example.com/${ID}",
            "steps.0.urls.0: 'http://news.example.com/${ID}' must ",
        ),
        ("families.0.link", "http://a/${KEY}/{id}", "contains {KEY}; known here: {id}, {digits}, {address}"),
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}", "form": {"a": "b"}, "json": {"a": 1}},
            "listing.json: write form or json, not both",
        ),
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}", "form": {"a": "b"}, "method": "GET"},
            "listing.method: a request with form or json is sent by POST",
        ),
        ("listing.ends", [500], "listing.ends.0: 500 cannot end a listing: write 204 or a status from 400 "),
        ("listing.ends", [404, 200], "listing.ends.1: 200 cannot end a listing: "),
        ("listing.ends", [429], "listing.ends.0: 429 asks for another attempt, so it cannot end "),
        ("listing.ends", ["gone"], "listing.ends.0: Input should be a valid integer"),
        ("listing.order", "oldest", "listing.order: 'oldest' is unknown; known here: 'newest' or 'unsorted'"),
        ("listing.first_offset", -1, "listing.first_offset: Input should be greater than or equal to 0"),
        (
            "listing",
            ROWS | {"url": "http://news.example.com/{category}/{page}", "next": "a"},
            "listing.next: remove next or {page}",
        ),
    ],
)
def test_a_wrong_profile_is_reported_in_one_sentence(key: str, value: Any, message: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(changed(key, value), "mine.yaml")
    sentence = str(wrong.value)
    assert sentence.startswith("mine.yaml: ")
    assert message in sentence
    assert "\n" not in sentence
    assert "pydantic" not in sentence


def test_a_home_page_without_a_listing_is_reported() -> None:
    feeds = (
        f"feeds: {{new: {{url: 'http://news.example.com/', rows: li, fields: {{id: a}}}}}}\nhome: {HOME}\n"
    )
    text = changed("listing", None) + feeds
    with pytest.raises(BadArgument, match=r"^mine\.yaml: home: it lists categories"):
        parse(text, "mine.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.yaml: a site profile must be a mapping of keys, see docs/sites.md"),
        ("# nothing\n", "mine.yaml: a site profile must be a mapping of keys, see docs/sites.md"),
        ("- a\n- b\n", "mine.yaml: a site profile must be a mapping of keys, see docs/sites.md"),
        ("word", "mine.yaml: a site profile must be a mapping of keys, see docs/sites.md"),
        ("name: [mine\n", "mine.yaml is not valid YAML: "),
        ("name: a: b\n", "mine.yaml is not valid YAML: mapping values are not allowed here"),
        ("name: \x01\n", "mine.yaml is not valid YAML: "),
        (
            "name: !!python/object:os.system a\n",
            "mine.yaml is not valid YAML: could not determine a constructor",
        ),
    ],
)
def test_text_that_is_not_a_profile_is_reported_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(text, "mine.yaml")
    assert str(wrong.value).startswith(message)
    assert "\n" not in str(wrong.value)


def test_a_file_that_cannot_be_read_is_reported_in_one_sentence(tmp_path: Path) -> None:
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
def test_an_unknown_name_is_reported_with_the_bundled_names(site: str) -> None:
    with pytest.raises(BadArgument, match=rf"^unknown site '{site}': write one of "):
        load(site)


def test_rules_for_an_unknown_step_are_reported_with_the_known_steps() -> None:
    steps = [STEP | {"origin": name} for name in ("api", "amp_page", "page_2")]
    data = yaml.safe_load(GOOD) | {"steps": steps}
    data["families"][0]["rules"] = {"amp": {"body": "text"}}
    with pytest.raises(BadArgument) as wrong:
        parse(yaml.safe_dump(data), "mine.yaml")
    assert str(wrong.value) == (
        "mine.yaml: families.0.rules.amp: 'amp' is unknown; known here: 'api', 'amp_page' or 'page_2'"
    )
