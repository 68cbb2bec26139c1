"""The id of an article whose profile has no pattern for addresses."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from archiver.sites.addresses import IDS, is_web

MAX_WORDS = 40
"""Characters of the address in an id that ends with a hash."""

_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|do)\Z", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])[-_]?(?:0[1-9]|[12]\d|3[01])")
_NUMBER = re.compile(r"\d{5}")
_OPAQUE = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{8,}")
"""Letters and digits without a separator, such as the ids that databases make."""

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_TRACKING = re.compile(r"utm_\w+|spm|fbclid|gclid", re.IGNORECASE)
"""Parameters that say where a reader comes from; two addresses that differ only here name one article."""


@lru_cache(maxsize=4096)
def id_of(address: str, *, is_ours: bool = True) -> str:
    """The last part of the path if it is the site's own id for the article: it has a number of five or more
    digits that is not only a day, or letters mixed with digits. Otherwise its words and a hash of the whole
    address, because two articles in different folders may have the same words.

    ``is_ours``: the address is at an origin of the profile. The ids of other sites could be equal,
    so an article of another site always gets a hash.

    Empty for an address without a host or a path. Scheme, fragment and tracking parameters do not count.

    >>> id_of("https://www.example.com/2026/09/26/c1310867429.html?utm_source=app")
    'c1310867429'
    >>> id_of("https://www.example.com/2026/09/26/weekly-review/")
    'weekly-review-f14bd1aa'
    """
    if not is_web(address):
        return ""
    parts = urlsplit(address)
    path = unquote(parts.path).rstrip("/")
    said = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])
    ]
    last = _EXTENSION.sub("", path.rpartition("/")[2])
    if not last and not said:
        return ""
    if is_ours and not said and _is_own(last):
        return last
    whole = f"{parts.netloc.lower()}{path}?{urlencode(said)}"
    words = _UNSAFE.sub("-", last).strip("-")[:MAX_WORDS].strip("-")
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{words}-{digest}" if words else digest


def _is_own(last: str) -> bool:
    without_day = _DAY.sub("", last, count=1) if len(last) < 14 else last
    return bool(IDS.fullmatch(last) and (_NUMBER.search(without_day) or _OPAQUE.fullmatch(without_day)))
