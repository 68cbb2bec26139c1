"""What the ``meta`` elements of a page say about its article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from lxml import etree

from archiver.extract.generic.tree import Element, found
from archiver.normalise.text import clean, is_blank

NAMES: Mapping[str, Sequence[str]] = {
    "title": (
        "og:title",
        "twitter:title",
        "articletitle",
        "dc.title",
        "dcterms.title",
        "sailthru.title",
        "parsely-title",
    ),
    "date": (
        *("article:published_time", "og:article:published_time", "og:published_time", "article:published"),
        *("weibo: article:create_at", "weibo:article:create_at", "bytedance:published_time"),
        *(
            "firstpublishedtime",
            "publishedtime",
            "publishtime",
            "publish_time",
            "publish-time",
            "pubtime",
            "_pubtime",
        ),
        *(
            "publishdate",
            "publish-date",
            "publish_date",
            "pubdate",
            "apub:time",
            "apub:date",
            "datepublished",
        ),
        *("og:release_date", "og:time", "release_date", "article_date_original", "publication_date"),
        *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published"),
        *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "maketime"),
    ),
    "source": (
        "source",
        "contentsource",
        "mediaid",
        "article:source",
        "og:article:source",
        "apub:from",
        "apub:source",
    ),
    "author": (
        "author",
        "article:author",
        "og:article:author",
        "byl",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
    ),
    "digest": ("og:description", "description", "twitter:description", "dc.description"),
    "link": ("og:url",),
    "site": ("og:site_name", "sitename", "application-name"),
}
"""Field → the names of the elements that give it, in small letters; the best one first."""

MAX_METAS = 300
"""Elements that are read."""

MAX_VALUE = 2_000
"""Characters of a value that are read."""

_METAS = etree.XPath(f"(//meta[@content])[position() <= {MAX_METAS}]", smart_strings=False)
_CANONICAL = etree.XPath(
    "//link[translate(@rel, 'CANOIL', 'canoil') = 'canonical']/@href", smart_strings=False
)
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+", re.IGNORECASE)
_IN_A_TITLE = r"[\s_|｜\-–—·•»:：~]+"


class Metas:
    def __init__(self, root: Element) -> None:
        self._said: dict[str, str] = {}
        for meta in found(_METAS, root):
            for key in ("property", "name", "itemprop"):
                name = (meta.get(key) or "").strip().lower()
                value = clean((meta.get("content") or "")[:MAX_VALUE])
                if name and not is_blank(value):
                    self._said.setdefault(name, value)
        self._canonical = next(iter(found(_CANONICAL, root)), "")

    def texts(self, field: str) -> Iterator[str]:
        """What the page says about a field, the most trusted first. An address is not a name."""
        is_name = field in ("source", "author")
        for name in NAMES[field]:
            value = self._said.get(name, "")
            if value and not (is_name and _ADDRESS.match(value)):
                yield value

    def text(self, field: str) -> str:
        return next(self.texts(field), "")

    def link(self, url: str) -> str:
        """The canonical address, if it is one of this host and not of its home page."""
        for given in (self._canonical, self.text("link")):
            if address := canonical(given, url):
                return address
        return ""


def canonical(given: str, url: str) -> str:
    """The address on the web, if it can be that of the page at ``url``; else empty."""
    try:
        address = urljoin(url, given.strip())
        there, here = urlsplit(address), urlsplit(url)
    except ValueError:
        return ""
    same_site = (there.hostname or "").split(".")[-2:] == (here.hostname or "").split(".")[-2:]
    is_home = not there.path.strip("/") and not there.query and bool(here.path.strip("/"))
    return (
        address if given.strip() and there.scheme in ("http", "https") and same_site and not is_home else ""
    )


def without_site(title: str, site: str) -> str:
    """A title without the name of the site at one of its ends.

    >>> without_site("利率决议今晚公布 - 样例网", "样例网")
    '利率决议今晚公布'
    """
    if not site:
        return title
    name = re.escape(site)
    shorter = re.sub(rf"{_IN_A_TITLE}{name}\s*$|^\s*{name}{_IN_A_TITLE}", "", title)
    return shorter if not is_blank(shorter) else title
