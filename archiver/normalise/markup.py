"""One pass of cleaning: the allow-list, then the form that is safe for kramdown, then escaping of Liquid."""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.normalise.allow_list import ExtraAttributes, sanitise
from archiver.normalise.characters import plain_characters
from archiver.normalise.concealed import revealed
from archiver.normalise.losses import Losses
from archiver.normalise.rewriter import Rewriter

_LIQUID = re.compile(r"\{(?=[{%])")


def clean_once(
    body: str, base_url: str, extra: ExtraAttributes = frozenset(), losses: Losses | None = None
) -> str:
    """The body after one pass; another pass may change it again.

    ``body`` must have plain characters, and no more markup than ``limits`` allows. Raises
    ``Quarantined("too_deep")``.
    """
    losses = losses or Losses()
    shown = revealed(sanitise(body, extra), losses)
    rewritten = Rewriter(base_url, _of_pictures(extra), losses).rewrite(shown)
    return _LIQUID.sub("&#123;", plain_characters(rewritten))


@lru_cache(maxsize=16)
def _of_pictures(extra: ExtraAttributes) -> frozenset[str]:
    return frozenset(name for element, name, _ in extra if element == "img")


def respelled(html: str) -> str:
    """The HTML in one spelling; this neither adds nor removes tags."""
    return html.replace("&amp;", "&").replace("&nbsp;", "\xa0").replace(" />", ">").replace("/>", ">")
