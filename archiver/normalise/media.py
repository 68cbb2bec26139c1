"""Reads a video, an audio, a frame or a ``noscript`` element: its addresses and pictures, not its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from archiver.normalise.elements import VOID
from archiver.normalise.embedded import NO_SCRIPT
from archiver.normalise.pictures import LATER, is_invisible

_PAIR = re.compile(r' ([^\s="]+)="([^"]*)"')
_NOT_CONTENT = re.compile(
    r"""
    https?:// (?: [^/]*\. )?                                            # the name of the host has this part
    (?: addthis | adnxs | adsafeprotected | amazon-adsystem | baidustatic | changyan | cnzz | cpro | criteo
      | disqus | doubleclick | google-analytics | googlesyndication | googletagmanager | hm\.baidu | hcaptcha
      | jiathis | outbrain | pos\.baidu | recaptcha | scorecardresearch | sharethis | taboola | tanx
      | widget\.weibo
    ) [^/]*\.? (?: / | : | \Z )
    | https?:// (?: [^/]*\. )?
      (?: ads? | adserver | adv | stat | stats | tongji | track(?:er|ing)? | login | passport ) \d*\.
    | https?://[^/]*/                                                   # a part of the path
      (?: recaptcha | plugins/(?:like|share|follow|page|comments) | widgets?/(?:follow|like|tweet|share) )
    | https?://[^/]*/ (?: [^?]*/ )?
      (?: ads? | adframe | advert[a-z]* | banners? | login | comments? | share ) (?: [/?._-] | \Z )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Frames that are not content: advertisements, counters, buttons to share, forms to log in or to comment."""

_NO_FILE = re.compile(r"\s*(?:about|blob|data):", re.IGNORECASE)
_PLAYER = re.compile(r"movie|src|url|filename|file|flv", re.IGNORECASE)
"""Names of ``param`` with the address of a video."""


def is_content(address: str) -> bool:
    return _NOT_CONTENT.match(address) is None


class Medium:
    """An element that becomes a link or a picture; ``read`` gets the tokens after its start tag."""

    def __init__(self, name: str, attributes: str) -> None:
        self._name = name
        self._depth = 1
        given = dict(_PAIR.findall(attributes))
        self.is_shown = name != NO_SCRIPT and not is_invisible(attributes)
        self.addresses: list[str] = []
        self.pictures: list[str] = []
        """The attributes of the pictures in a ``noscript`` element."""
        self.poster = given.get("poster", "")
        self.is_needed = name in ("audio", "object", "video")
        self.title = " ".join(given.get("title", "").split())
        self._add(given)

    def read(self, end: str, name: str, attributes: str) -> bool:
        """Whether the element ends with this token."""
        if name and (name not in VOID or end):
            self._depth += -1 if end else 1
        elif name == "img" and self._name == NO_SCRIPT:
            self.pictures.append(attributes)
        if name and not end and name in ("source", "embed", "param", "framed", "video", "object"):
            given = dict(_PAIR.findall(attributes))
            self.poster = self.poster or given.get("poster", "")
            self._add(given if name != "param" or _PLAYER.fullmatch(given.get("name", "")) else {})
        return self._depth == 0

    def _add(self, given: Mapping[str, str]) -> None:
        names = (*LATER, "src", "data", "value")
        found = [given[name] for name in names if name in given]
        self.addresses += [value for value in found if not _NO_FILE.match(unescape(value))]
