"""Article bodies in the vendor's markup, as the text service sends them.

Every construct of real bodies occurs here too, in the vendor's exact markup. ``RATES`` states how often.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from archiver.replica import phrases, prose

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.replica.dice import Dice


class Construct(StrEnum):
    """The parts that a body can contain. Only bodies under the key ``content`` have keyword links."""

    SOURCE_LINE = "source_line"
    LINKED_SOURCE = "linked_source"
    STOCK_LINK = "stock_link"
    HK_STOCK_LINK = "hk_stock_link"
    BOARD_LINK = "board_link"
    REPEAT_MENTION = "repeat_mention"
    GLOSSARY_LINK = "glossary_link"
    KLINE = "kline"
    KLINE_TWICE = "kline_twice"
    KLINE_UNLINKED = "kline_unlinked"
    SPACER = "spacer"
    SPACER_BLANK = "spacer_blank"
    PICTURE_ALT = "picture_alt"
    PICTURE_ORIGINAL = "picture_original"
    CAPTION = "caption"
    TRAILING_BREAK = "trailing_break"
    HEADING = "heading"
    HEADING_STRAY_SPACE = "heading_stray_space"
    HEADING_CENTRED = "heading_centred"
    HEADING_SPACED = "heading_spaced"
    ENTITIES = "entities"
    LINE_BREAKS = "line_breaks"
    INDENTS = "indents"


RATES: dict[Construct, float] = {
    Construct.SOURCE_LINE: 1.0,
    Construct.LINKED_SOURCE: 0.5,  # of the ``content`` bodies whose source has a linked word in its name
    Construct.STOCK_LINK: 1.0,  # of the first mentions of a company in ``content``
    Construct.HK_STOCK_LINK: 1.0,  # of the first mentions of a company in Hong Kong in ``content``
    Construct.BOARD_LINK: 1.0,  # of the first mentions of a board in ``content``
    Construct.REPEAT_MENTION: 1.0,  # of the later mentions of a board in ``content``
    Construct.GLOSSARY_LINK: 1.0,  # of the first mentions of a glossary word in ``content``
    Construct.KLINE: 0.4,  # of all bodies; so are the rates below that have no comment
    Construct.KLINE_TWICE: 0.2,  # of the bodies with a K-line block
    Construct.KLINE_UNLINKED: 0.25,  # of the K-line blocks
    Construct.SPACER: 0.7,  # of the bodies with a K-line block; the spacer is before the block
    Construct.SPACER_BLANK: 0.3,  # of the spacers: a space instead of ``<br />``
    Construct.PICTURE_ALT: 0.2,
    Construct.PICTURE_ORIGINAL: 0.15,
    Construct.CAPTION: 0.5,  # of the bodies with a picture
    Construct.TRAILING_BREAK: 0.3,
    Construct.HEADING: 0.3,
    Construct.HEADING_STRAY_SPACE: 0.1,
    Construct.HEADING_CENTRED: 0.15,
    Construct.HEADING_SPACED: 0.1,
    Construct.ENTITIES: 0.15,
    Construct.LINE_BREAKS: 0.35,  # of all bodies; half of the gaps between paragraphs there have a break
    Construct.INDENTS: 0.8,
}

INDENT = "　　"
SOURCE_LINE = '<p class="em_media">（文章来源：{}）</p>'
_QUOTE = "http://quote.eastmoney.com/unify/r/"
_PICTURE_STYLE = 'style="border:#d1d1d1 1px solid;padding:3px;margin:5px 0;"'

_SHORT, _MIDDLE, _LONG = (500, 1_400), (3_000, 9_500), (11_000, 29_000)
"""Bytes of UTF-8, smallest and largest."""


@dataclass(frozen=True, slots=True)
class Body:
    """``html`` is what the text service sends. ``text`` is what a reader sees, one line for each block."""

    html: str
    text: str


@dataclass(slots=True)
class _Links:
    """The vendor's keyword links. The first mention of each name is a link. Later mentions of a board have
    other markup, and later mentions of other names have none."""

    seen: set[str] = field(default_factory=set)

    def markup(self, escaped: str) -> str:
        return _NAMES.sub(self._link, escaped)

    def _link(self, match: re.Match[str]) -> str:
        name = match[0]
        if name in self.seen:
            return _board_again(name, phrases.BOARDS[name]) if name in phrases.BOARDS else name
        self.seen.add(name)
        return _FIRST_MENTIONS[name]


def _key_tip(element: str, code: str, name: str) -> str:
    data = code.replace(".", ",", 1)
    return (
        f'<span id="{element}"><a href="{_QUOTE}{code}" class="keytip" data-code="{data}">{name}</a></span>'
    )


def _stock(name: str, code: str) -> str:
    return f'{_key_tip(f"stock_{code}", code, name)}<span id="quote_{code}"></span>'


def _hk_stock(name: str, code: str) -> str:
    return _key_tip(f"Info.{code}", code, name)


def _board(name: str, code: str) -> str:
    return f'{_key_tip(f"bk_{code}", code, name)}<span id="bkquote_{code}"></span>'


def _board_again(name: str, code: str) -> str:
    data = code.replace(".", ",", 1)
    return f'<span web="1" href="{_QUOTE}{code}" class="em_stock_key_common" data-code="{data}">{name}</span>'


def _glossary(name: str, element: str, address: str) -> str:
    return f'<span id="{element}"><a href="{address}" class="infokey">{name}</a></span>'


_FIRST_MENTIONS = (
    {name: _stock(name, code) for name, code in phrases.COMPANIES.items()}
    | {name: _hk_stock(name, code) for name, code in phrases.HK_COMPANIES.items()}
    | {name: _board(name, code) for name, code in phrases.BOARDS.items()}
    | {name: _glossary(name, *entry) for name, entry in phrases.GLOSSARY.items()}
)
_NAMES = re.compile("|".join(sorted(_FIRST_MENTIONS, key=len, reverse=True)))


def _with_links(name: str) -> str:
    """Links the words in the name that the vendor takes for boards: 证券时报 → 证券 as a link, then 时报."""
    for word, code in phrases.MEDIA_BOARDS.items():
        name = name.replace(word, _board(word, code), 1)
    return name


@dataclass(frozen=True, slots=True)
class _Block:
    html: str
    text: str = ""


def compose(
    dice: Dice, about: prose.Subject, opening: str, source: str, *, content: bool, linked_source: bool = False
) -> Body:
    """The body for the key ``content`` (keyword links, LF) or ``text`` (CRLF). The visible text is the same.

    ``linked_source`` puts links inside the name of the source. Without it, only some ``content`` bodies have
    such links.
    """
    markup: Callable[[str], str] = _Links().markup if content else _unlinked
    linked = _happens(dice, Construct.LINKED_SOURCE) and content
    line = _with_links(source) if linked or linked_source else source
    blocks = [
        *_klines(dice, about),
        *_paragraphs(dice, about, opening, markup),
        _Block(SOURCE_LINE.format(line), f"（文章来源：{source}）"),
    ]
    return Body(
        _joined(dice, blocks, "\n " if content else "\r\n "), "\n".join(b.text for b in blocks if b.text)
    )


def _unlinked(escaped: str) -> str:
    return escaped


def _happens(dice: Dice, construct: Construct) -> bool:
    return dice.chance(RATES[construct])


def _joined(dice: Dice, blocks: list[_Block], line_break: str) -> str:
    broken = _happens(dice, Construct.LINE_BREAKS)
    pieces = [blocks[0].html]
    for block in blocks[1:]:
        paragraphs = pieces[-1].endswith("</p>") and block.html.startswith("<p>")
        if paragraphs and dice.chance(0.5) and broken:
            pieces.append(line_break)
        pieces.append(block.html)
    return "".join(pieces)


def _klines(dice: Dice, about: prose.Subject) -> list[_Block]:
    if not _happens(dice, Construct.KLINE):
        return []
    blocks = []
    if _happens(dice, Construct.SPACER):
        filler = " " if _happens(dice, Construct.SPACER_BLANK) else "<br />"
        blocks.append(_Block(f'<p style="display:none;height:1px;overflow:hidden;">{filler}</p>'))
    codes = [phrases.COMPANIES[about.company]]
    if _happens(dice, Construct.KLINE_TWICE):
        codes.append(dice.pick(tuple(phrases.COMPANIES.values())))
    return blocks + [_kline(code, linked=not _happens(dice, Construct.KLINE_UNLINKED)) for code in codes]


def _kline(code: str, *, linked: bool) -> _Block:
    """The ampersands in ``src`` are not escaped, as in the vendor's markup."""
    market, number = code.split(".")
    token = f"{int(number):032x}"
    picture = (
        f'<img src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid={code}&imageType=k&token={token}&at=1"'
        f' border="0" alt="K图 {number}_{market}" data-code="K {number}|{market}|2"'
        f' data-code2="K {number}|{market}|6|" style="border:#d1d1d1 1px solid;" width="578" height="276" />'
    )
    if linked:
        picture = (
            f'<a href="{_QUOTE}{code}" data-code="{number}|{market}|2" data-code2="{number}|{market}|6|"'
            f' class="EmImageRemark" target="_blank">{picture}</a>'
        )
    return _Block(
        f'<!-- EM_StockImg_Start --><p style="text-align:center;">{picture}</p><!-- EM_StockImg_End -->'
    )


def _size(dice: Dice) -> int:
    low, high = dice.pick((_SHORT, *(_MIDDLE,) * 5, _LONG))
    return dice.between(low, high)


def _paragraphs(dice: Dice, about: prose.Subject, opening: str, markup: Callable[[str], str]) -> list[_Block]:
    texts = _texts(dice, about, opening)
    indent = INDENT if _happens(dice, Construct.INDENTS) else ""
    broken_end = _happens(dice, Construct.TRAILING_BREAK)
    inserts = _inserts(dice, len(texts))
    blocks = []
    for number, text in enumerate(texts):
        blocks += inserts.get(number, [])
        end = "<br /></p>" if broken_end and number == len(texts) - 1 else "</p>"
        blocks.append(_Block(f"<p>{indent}{markup(html.escape(text, quote=False))}{end}", text))
    return blocks


def _texts(dice: Dice, about: prose.Subject, opening: str) -> list[str]:
    """The plain texts of the paragraphs. Paragraphs are added until the body has its (random) size."""
    size = _size(dice)
    texts = [opening]
    if _happens(dice, Construct.ENTITIES):
        texts.append(f"{about.company}表示，将按照{prose.law(dice, about)}的要求调整工艺路线。")
    written = sum(map(len, texts)) * 3
    sentences = prose.sentences(dice, about)
    while written < size:
        text = "".join(islice(sentences, dice.between(2, 5)))
        texts.append(text)
        written += len(text) * 3
    texts.append(prose.ending(dice, about))
    return texts


def _inserts(dice: Dice, paragraphs: int) -> dict[int, list[_Block]]:
    """Pictures and headings, by the number of the paragraph after them. There are none before the first
    paragraph."""
    groups = (_pictures(dice), *([heading] for heading in _headings(dice)))
    inserts: dict[int, list[_Block]] = {}
    for group in groups:
        inserts.setdefault(dice.between(1, paragraphs - 1), []).extend(group)
    return inserts


def _pictures(dice: Dice) -> list[_Block]:
    blocks = []
    if _happens(dice, Construct.PICTURE_ALT):
        attributes = f'alt="Image" width="552" {_PICTURE_STYLE}'
        blocks.append(_Block(f'<center><img src="{_picture_address(dice)}.jpg" {attributes} /></center>'))
    if _happens(dice, Construct.PICTURE_ORIGINAL):
        address = _picture_address(dice)
        attributes = f'width="580" orginial_src="{address}_o.jpg" {_PICTURE_STYLE}'
        blocks.append(_Block(f'<center><img src="{address}.jpg" {attributes} /></center>'))
    if blocks and _happens(dice, Construct.CAPTION):
        caption = f"图片来源：{dice.pick(phrases.CAPTION_PLACES)}"
        blocks.append(_Block(f'<p style="text-align:center;">{caption}</p>', caption))
    return blocks


def _picture_address(dice: Dice) -> str:
    digits = "".join([str(dice.below(10)) for _ in range(20)])
    return f"https://dfscdn.dfcfw.com/download/D{digits}_w{dice.between(400, 900)}h{dice.between(300, 600)}"


def _headings(dice: Dice) -> list[_Block]:
    blocks = []
    if _happens(dice, Construct.HEADING):
        words = dice.pick(phrases.HEADINGS)
        blocks.append(_Block(f"<p><strong>{words}</strong></p>", words))
    if _happens(dice, Construct.HEADING_STRAY_SPACE):
        words = dice.pick(phrases.HEADINGS)
        blocks.append(_Block(f"<p><strong>{words} </strong></p>", words))
    for construct, between in ((Construct.HEADING_CENTRED, ""), (Construct.HEADING_SPACED, INDENT)):
        if _happens(dice, construct):
            one, two = dice.pick(phrases.HEADINGS), dice.pick(phrases.HEADINGS)
            strong = f"<strong>{one}</strong>{between}<strong>{two}</strong>"
            blocks.append(_Block(f'<p align="center">{strong}</p>', f"{one}{between}{two}"))
    return blocks
