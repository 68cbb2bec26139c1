"""One pass of cleaning: the allow-list, then the form that is safe for kramdown, then escaping of Liquid."""

from __future__ import annotations

import re

from archiver.normalise.allow_list import ExtraAttributes, sanitise
from archiver.normalise.characters import plain_characters
from archiver.normalise.rewriter import Rewriter

_LIQUID = re.compile(r"\{(?=[{%])")


def clean_once(body: str, base_url: str, extra: ExtraAttributes = frozenset()) -> str:
    """The body after one pass; another pass may change it again.

    ``body`` must have plain characters, and no more markup than ``limits`` allows. Raises
    ``Quarantined("too_deep")``.
    """
    rewritten = Rewriter(base_url).rewrite(sanitise(body, extra))
    return _LIQUID.sub("&#123;", plain_characters(rewritten))


def respelled(html: str) -> str:
    """The HTML in one spelling; this neither adds nor removes tags."""
    return html.replace("&amp;", "&").replace("&nbsp;", "\xa0").replace(" />", ">").replace("/>", ">")
