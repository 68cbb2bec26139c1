"""The estimate of the work of an XPath expression is an upper bound that is low enough for ordinary pages."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from archiver.extract.formats import IN_PROCESS, Allowance, TooMuchWork, open_page, spend
from archiver.extract.formats.xpath import UnknownSyntax, parse
from archiver.extract.formats.xpath_work import Size, work_of

ORDINARY = Size(nodes=600, depth=16)
"""A page with an article of some twenty paragraphs."""


@pytest.mark.parametrize(
    "expression",
    [
        "//h1",
        "//div[@id='text']/p",
        "//section/p[normalize-space() = a/@href][last()]/a/@href",
        "(//section/h1)[1]/following-sibling::node()",
        "//ul//a/@href",
        "string(//time/@datetime)",
        "//p[contains(., '来源')]",
        "//p[contains(@class, 'a') and not(b or span)]",
        "//a[@href and position() < 10]/text() | //img/@src",
        "count(//p) * 2 - 1",
        "//h1[. = 'a'][2]/../*",
        "//div[-1 < 0]//p[last() div 2 mod 3]",
    ],
)
def test_an_ordinary_rule_is_within_the_allowance(expression: str) -> None:
    assert work_of(expression, ORDINARY) < IN_PROCESS


@pytest.mark.parametrize(
    "expression",
    [
        "//*[count(preceding::*) > count(following::*[count(preceding::*) > 3])]",
        "//p[preceding-sibling::p[preceding-sibling::p[preceding-sibling::p]]]",
        "//*[.//*[.//*[.//*]]]",
        "//*[normalize-space() = //*]",
        "//td[count(//td[count(//td) > 1]) > 1]",
        "//a/following::a/following::a",
        "//p[contains(string(/), string(.))]",
        "//a[re:test(@href, '^(a+)+$')]",
        "//p[unknown(.)]",
        "$variable/p",
    ],
)
def test_an_expensive_or_unknown_rule_is_not_within_the_allowance(expression: str) -> None:
    assert work_of(expression, Size(nodes=20_000, depth=16)) > IN_PROCESS


@pytest.mark.parametrize(
    ("expression", "times", "is_within"),
    [
        ("//div", 1, False),
        ("(//h1)[1]", 1, False),
        ("//h1 | //h2", 1, False),
        ("//div/@id", 1, True),
        ("count(//div)", 1, True),
        (".", 2, False),
        ("./@href", 2, True),
    ],
)
def test_reading_the_text_of_elements_is_counted(expression: str, times: int, is_within: bool) -> None:
    size = Size(nodes=200_000, depth=16)
    assert (work_of(expression, size, times) < IN_PROCESS) is is_within


@pytest.mark.parametrize("expression", ["//p]", "//p[", "p/", "a b", "!", "f(", "@", "child::"])
def test_an_expression_that_cannot_be_parsed_has_no_estimate(expression: str) -> None:
    with pytest.raises(UnknownSyntax):
        parse(expression)
    assert work_of(expression, ORDINARY) == float("inf")


NAMES = ("p", "h1", "blockquote", "div", "section", "a", "*", "node()", "text()")
AXES = [
    "following-sibling",
    "preceding-sibling",
    "following",
    "preceding",
    "ancestor",
    "parent",
    "descendant",
    "self",
]


class Rules:
    """Random XPath expressions."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def expression(self) -> str:
        some = self._dice.random()
        if some < 0.12:
            name = self._dice.choice(("leading", "trailing", "difference", "intersection", "has-same-node"))
            return f"set:{name}({self._path(1)}, {self._path(1)})"
        if some < 0.2:
            return f"({self._path(2)})[{self._predicate(1)}]/{self._steps(1)}"
        return f"{self._path(1)} | {self._path(1)}" if some < 0.3 else self._path(2)

    def _path(self, depth: int) -> str:
        return f"//{self._steps(depth)}"

    def _steps(self, depth: int) -> str:
        steps = [self._step(depth) for _ in range(self._dice.randint(1, 3))]
        return self._dice.choice(("/", "/", "//")).join(steps)

    def _step(self, depth: int) -> str:
        axis = f"{self._dice.choice(AXES)}::" if self._dice.random() < 0.55 else ""
        step = axis + self._dice.choice(NAMES)
        while depth and self._dice.random() < 0.45:
            step += f"[{self._predicate(depth - 1)}]"
        return step

    def _predicate(self, depth: int) -> str:
        one, other = self._relative(depth), self._relative(depth)
        forms = f"1|last()|{one}|not({one})|count({one}) > 1|{one} = {other}|normalize-space() = {one}"
        forms += f"|contains({one}, 'x')|{one} or {other}|position() < 3|contains(., {one})"
        return self._dice.choice(forms.split("|"))

    def _relative(self, depth: int) -> str:
        start = self._dice.choice(("", "", ".//", "./", "../", "//", "@"))
        return "@class" if start == "@" else start + self._steps(depth)


def hostile_pages(size: int) -> Iterator[str]:
    yield f"<section><h1>t</h1>{'<h1>x</h1><blockquote>q</blockquote>' * size}</section>"
    yield "<p>x <a href=x class=y>x</a></p>" * size
    yield f"{'<div>' * 200}x{'</div>' * 200}" * max(1, size // 200)
    yield f"<a {' '.join(f'a{number}' for number in range(50))}>x</a>" * (size // 25)
    yield f"<table>{'<tr><td>1<td>2<td>3' * (size // 3)}</table>"


@pytest.mark.parametrize("seed", range(6))
def test_a_rule_within_the_allowance_takes_less_than_a_second_on_hostile_pages(seed: int) -> None:
    rules = Rules(seed)
    pages = [open_page(page, "html") for size in (60, 300, 1200) for page in hostile_pages(size)]
    began, tried = time.process_time(), 0
    while time.process_time() < began + 2:
        rule = f"xpath:{rules.expression()}"
        for page in pages:
            allowance = Allowance(IN_PROCESS)
            try:
                spend(allowance, page, "html", [rule])
            except TooMuchWork:
                continue
            before = time.process_time()
            page.finds(rule)
            assert time.process_time() - before < 1, rule
            tried += 1
    assert tried > 100
