"""Decides which hidden parts of a body are content, and removes the others.

A style often hides text until a script shows it: a folded half of an article, a paragraph that fades in, the
container itself. Such text is kept. Text for no reader is removed: copies, templates, dialogs, marks.
``html`` is output of ``allow_list.sanitise``, which marks each style that hides something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.normalise.allow_list import CONCEALED
from archiver.normalise.elements import BLOCKS, VOID, names
from archiver.normalise.hiding import OWN_TEXT, SIZED
from archiver.normalise.losses import MIN_TEXT, Losses, text_length
from archiver.normalise.pictures import NAMES

_MARK = f' style="{CONCEALED}'
_EMPTY = re.compile(rf'<(p|div|span)(?: [^<>]*)?(?:{_MARK}| hidden=")[^<>]*>(?:\s|<br>|&nbsp;|\u3000)*</\1>')
"""A hidden element without content, as in nearly every article of the source site; this check is faster."""

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s="<>]+="[^"]*")*)>|([^<]+)')
_KIND = re.compile(rf'{_MARK}([a-z]+);([^"]*)"| hidden="[^"]*"')
_CLASS = re.compile(r' class="([^"]*)"')

_CONTROL = re.compile(
    r"""
    [\s[(【（]* (?: 点击 | 点此 | 轻触 | 立即 | 继续 | 點擊 )?
    (?: (?: 展开 | 展開 ) (?: 阅读 | 查看 | 閱讀 )?
        (?: 余下 | 剩余 | 其余 | 更多 | 完整 | 隐藏 | 本 | \d+% | \s ){0,3}
        (?: 全文 | 全部 | 内容 | 正文 | 更多 | 部分 | 文章 | 阅读 ){0,2}
      | (?: 查看 | 阅读 | 显示 | 浏览 | 閱讀 | 顯示 )
        (?: 余下 | 剩余 | 其余 | 完整 | 隐藏 | 本 | \d+% | \s ){0,3}
        (?: 全文 | 全部 | 内容 | 正文 | 更多 | 部分 | 文章 ){1,2}
      | (?: 余下 | 剩余 ) (?: 全文 | 内容 | \d+% )
      | (?: click\ to\ )? (?: read | show | view | see | load )\ (?:the\ )?
        (?: more | all | full(?:\ (?:text|article|story))? | rest )
      | continue\ reading | expand(?:\ all)?
    )
    [\s>»↓∨▼＋+….\])】）]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""The label of a control that unfolds the rest of an article."""

_FOLDED = re.compile(
    r"(?:^|[\s_-])(?:collaps\w*|expand\w*|fold\w*|unfold\w*|full-?(?:text|content|article)?|hidden-?(?:content|text)"
    r"|hide-?(?:article|content|text)|more-?(?:text|content|box)?|read-?more|remain\w*|rest|tab-?(?:content|pane|panel))(?:$|[\s_-])",
    re.IGNORECASE,
)
FURNITURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:ad|ads|advert\w*|alert|app|comments?|copy\w*|dialog|disclaimer|download|error|footer|form|katex-html|keywords?"
    r"|layer|loading|login|mask|menu|meta|modal|nav|noprint|pop\w*|print|qr\w*|recommend\w*|relat\w*|search|seo|share\w*"
    r"|social|tags?|template|tip|tips|tmpl|toast|tool\w*|tpl|weixin|wx|wechat)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\{\{|\{%|<%|&lt;%|\$\{|#\{|\[\[|\{[0-9a-z_.]+\}")
_FURNITURE = re.compile(
    "分享|扫[一描码]|扫码|二维码|登录|登陆|注册|关闭|关注|复制|举报|收藏|点赞|打印|下载|客户端|返回顶部|加载中|请稍[候后]|版权|转载|免责"
    "|share|log ?in|sign ?(?:in|up)|loading|copyright|cookie|subscribe",
    re.IGNORECASE,
)
_MAX_FURNITURE = 60
_SENTENCE = re.compile(r"[。！？；]|[.!?](?:\s|$)")
_MAX_DEPTH = 8
"""Hidden elements inside each other; deeper ones count as shown."""
_MAX_MARK = 20
"""Characters of a hidden text in a line that is not reported: a mark against copying, for example."""
_MAX_COMPARED = 100_000
"""Characters in which a copy of a hidden text is searched."""
_PICTURES = names("embed framed img object video")


@dataclass(slots=True)
class _Part:
    """A hidden element: the tokens from ``start`` up to, not including, ``end``."""

    start: int
    end: int
    kind: str
    text: str
    pictures: int
    is_block: bool
    css_class: str

    @property
    def length(self) -> int:
        return text_length(self.text)


Token = tuple[str, str, str, str]


def revealed(html: str, losses: Losses) -> str:
    """The text without hidden parts that are not content, and without the marks."""
    if not _is_marked(html) or not _is_marked(html := _EMPTY.sub("", html)):
        return html
    return _Body(_TOKEN.findall(html), losses).revealed()


def _is_marked(html: str) -> bool:
    return _MARK in html or ' hidden="' in html


@dataclass(slots=True)
class _Body:
    tokens: list[Token]
    losses: Losses
    dropped: set[int] = field(default_factory=set)
    """Indexes of the tokens to remove."""

    def revealed(self) -> str:
        parts, outside = self._found()
        unfolds = any(len(text) < 24 and _CONTROL.fullmatch(text) for *_, text in self.tokens if text.strip())
        shown = "".join(outside.text.split())
        for part in parts:
            if part.start not in self.dropped:
                self._decide(part, shown, unfolds)
        return "".join(_written(token) for at, token in enumerate(self.tokens) if at not in self.dropped)

    def _found(self) -> tuple[list[_Part], _Part]:
        """The hidden parts, and what is outside them. An element that holds the whole text is not hidden."""
        parts = list(self._parts())
        outside = self._outside(parts)
        while parts and not (outside.text.strip() or outside.pictures):
            parts.remove(max(parts, key=lambda part: (part.pictures + part.length, -part.start)))
            outside = self._outside(parts)
        return parts, outside

    def _decide(self, part: _Part, shown: str, unfolds: bool) -> None:
        if part.kind == "tiny":
            self._drop_own_text(part)
        elif not (part.length or part.pictures):
            self.dropped.update(range(part.start, part.end))
        elif _is_other(part, shown):
            self._drop(part, is_content=False)
        elif not _is_content(part, len(shown), unfolds):
            self._drop(part, is_content=True)

    def _drop(self, part: _Part, *, is_content: bool) -> None:
        """Removes a hidden element; what is certainly not content is not counted."""
        self.dropped.update(range(part.start, part.end))
        if is_content and self.tokens[part.start][1] not in ("img", "framed", "embed"):
            self.losses.parts += part.pictures
        if not is_content or part.length < (MIN_TEXT if part.is_block else _MAX_MARK):
            self.losses.text -= part.length

    def _drop_own_text(self, part: _Part) -> None:
        """Removes text of size 0. Blocks, and elements with a size or class of their own, show their text."""
        at = part.start + 1
        while at < part.end:
            end, name, attributes, text = self.tokens[at]
            if text:
                self._drop_text(at)
            elif not end and name not in VOID and (name not in OWN_TEXT or _has_own_size(attributes)):
                at = self._end_of(at) - 1
            at += 1

    def _drop_text(self, at: int) -> None:
        text = self.tokens[at][3]
        if text.strip():
            self.dropped.add(at)
            if not _SENTENCE.search(text):
                self.losses.text -= text_length(text)

    def _parts(self) -> Iterator[_Part]:
        """The hidden elements in their order; a part may contain another one."""
        ends: list[int] = []
        for at, (_, name, attributes, _text) in enumerate(self.tokens):
            if not attributes or name in ("audio", "video") or not (kind := _KIND.search(attributes)):
                continue
            if name == "img" and (kind[1] == "clear" or any(f" {lazy}=" in attributes for lazy in NAMES)):
                continue
            ends = [end for end in ends if end > at]
            if len(ends) < _MAX_DEPTH:
                ends.append(self._end_of(at))
                yield _part(self.tokens, at, ends[-1], kind[1] or "none")

    def _end_of(self, at: int) -> int:
        depth = 0
        for index in range(at, len(self.tokens)):
            end, name, _, text = self.tokens[index]
            if not text and name not in VOID:
                depth += -1 if end else 1
            if depth == 0:
                return index + 1
        return len(self.tokens)

    def _outside(self, parts: list[_Part]) -> _Part:
        """What is outside all hidden elements."""
        hidden: set[int] = set().union(*(range(part.start, part.end) for part in parts))
        seen = [token for at, token in enumerate(self.tokens) if at not in hidden]
        return _part([("", "", "", ""), *seen], 0, len(seen) + 1, "")


def _part(tokens: list[Token], start: int, end: int, kind: str) -> _Part:
    inside = tokens[start:end]
    css_class = _CLASS.search(tokens[start][2])
    return _Part(
        start,
        end,
        kind,
        text=" ".join(text for *_, text in inside if text),
        pictures=sum(name in _PICTURES and not slash for slash, name, _, _ in inside),
        is_block=any(name in BLOCKS for _, name, _, _ in inside),
        css_class=css_class[1] if css_class else "",
    )


def _is_other(part: _Part, shown: str) -> bool:
    """Whether a hidden part is certainly not content of the article."""
    text = "".join(part.text.split())
    is_short = len(text) <= _MAX_FURNITURE and not _SENTENCE.search(text)
    return (
        FURNITURE_CLASS.search(part.css_class) is not None
        or _TEMPLATE.search(part.text) is not None
        or (bool(text) and not part.pictures and text in shown[:_MAX_COMPARED])
        or (is_short and _FURNITURE.search(text) is not None)
    )


def _is_content(part: _Part, shown: int, unfolds: bool) -> bool:
    """Whether a script of the page shows the part, or a reader can unfold it."""
    if part.kind == "clear":
        return part.is_block
    is_named = _FOLDED.search(part.css_class) is not None
    if unfolds and (part.pictures or part.length >= (4 if part.is_block or is_named else MIN_TEXT)):
        return True
    if is_named and part.is_block:
        return True
    return part.is_block and part.length > shown and len(_SENTENCE.findall(part.text)) >= 2


def _has_own_size(attributes: str) -> bool:
    return ' class="' in attributes or ' size="' in attributes or SIZED.search(attributes) is not None


def _written(token: Token) -> str:
    end, name, attributes, text = token
    if text:
        return text
    if attributes and _is_marked(attributes):
        attributes = _KIND.sub(lambda kind: f' style="{kind[2]}"' if kind[2] else "", attributes)
    return f"<{end}{name}{attributes}>"
