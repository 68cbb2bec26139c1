"""Splits an XPath 1.0 expression into its parts, so that ``xpath_work`` can estimate what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


class UnknownSyntax(ValueError):
    """The expression has a part that this parser does not know."""


@dataclass(frozen=True, slots=True)
class Literal:
    text: str

    @property
    def is_number(self) -> bool:
        return self.text[:1] not in ("'", '"')


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """``a or b``, ``a = b``, ``a | b`` …; ``-a`` has one part."""

    operator: str
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Step:
    axis: str
    name: str
    """The name that a node must have; ``*`` for any element or attribute, empty for any node."""
    predicates: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Path:
    absolute: bool
    start: Expression | None
    """The expression in brackets, or the function, with which the path begins."""
    start_predicates: tuple[Expression, ...]
    steps: tuple[Step, ...]


Expression: TypeAlias = Literal | Call | Operation | Path

_WORD = re.compile(
    r"""\s*+(?:
        (?P<literal> \d++ (?:\.\d*+)? | \.\d++ | "[^"]*+" | '[^']*+' )
      | (?P<symbol> :: | // | \.\. | != | <= | >= | [()\[\]@,./|+\-=<>*$] )
      | (?P<name> [^\W\d][\w.-]*+ (?: :(?!:) (?: [^\W\d][\w.-]*+ | \* ) )? )
    )""",
    re.VERBOSE,
)
_BEFORE_OPERAND = frozenset({"", "(", "[", ",", "@", "::", "/", "//", "|", "+", "-", "=", "!=", "<", "<="})
_BEFORE_OPERAND_TOO = frozenset({">", ">=", "and", "or", "div", "mod", "multiply"})
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("multiply", "div", "mod"))
_KINDS_OF_NODES = frozenset({"node", "text", "comment", "processing-instruction"})


def parse(expression: str) -> Expression:
    """Raises UnknownSyntax. The expression was compiled before, so it is valid XPath."""
    parser = _Parser(_words(expression))
    parsed = parser.binary(0)
    if parser.next:
        raise UnknownSyntax(parser.next)
    return parsed


def _words(expression: str) -> list[str]:
    """Operators that look like names are marked: ``*`` as an operator becomes ``multiply``."""
    found: list[str] = []
    at, before = 0, ""
    expression = expression.rstrip()
    while at < len(expression):
        match = _WORD.match(expression, at)
        if match is None:
            raise UnknownSyntax(expression[at:])
        at, word = match.end(), match[0].strip()
        operand = before in _BEFORE_OPERAND or before in _BEFORE_OPERAND_TOO
        if word == "*" and not operand:
            word = "multiply"
        elif match["name"] and (operand or word not in ("and", "or", "div", "mod")):
            word = f"name {word}"
        found.append(word)
        before = word
    return found


class _Parser:
    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    @property
    def next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self, *wanted: str) -> str:
        word = self.next
        if wanted and word not in wanted:
            raise UnknownSyntax(word)
        self._at += 1
        return word

    def _has(self, word: str) -> bool:
        found = self.next == word
        self._at += found
        return found

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        while self.next in _LEVELS[level]:
            operator = self._take()
            left = Operation(operator, (left, self.binary(level + 1)))
        return left

    def _unary(self) -> Expression:
        if self._has("-"):
            return Operation("-", (self._unary(),))
        left = self._path()
        while self._has("|"):
            left = Operation("|", (left, self._path()))
        return left

    def _path(self) -> Expression:
        if self._begins_with_value():
            start = self._value()
            predicates = self._predicates()
            if not predicates and self.next not in ("/", "//"):
                return start
            return Path(False, start, predicates, self._steps())
        absolute = self.next in ("/", "//")
        if self.next == "/" and not self._is_step(self._at + 1):
            self._take()
            return Path(True, None, (), ())
        return Path(absolute, None, (), self._steps() if absolute else (self._step(), *self._steps()))

    def _steps(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        while self.next in ("/", "//"):
            if self._take() == "//":
                steps.append(Step("descendant-or-self", "", ()))
            steps.append(self._step())
        return tuple(steps)

    def _is_step(self, at: int) -> bool:
        word = self._words[at] if at < len(self._words) else ""
        return word in (".", "..", "@", "*") or word.startswith("name ")

    def _begins_with_value(self) -> bool:
        word = self.next
        following = self._words[self._at + 1] if self._at + 1 < len(self._words) else ""
        if word.startswith("name "):
            return following == "(" and word.removeprefix("name ") not in _KINDS_OF_NODES
        return word == "(" or word[:1] in tuple("\"'0123456789") or (word[:1] == "." and word[1:].isdigit())

    def _value(self) -> Expression:
        if self._has("("):
            inner = self.binary(0)
            self._take(")")
            return inner
        word = self._take()
        return self._call(word.removeprefix("name ")) if word.startswith("name ") else Literal(word)

    def _call(self, name: str) -> Call:
        self._take("(")
        arguments: list[Expression] = []
        while not self._has(")"):
            arguments.append(self.binary(0))
            if self.next != ")":
                self._take(",")
        return Call(name, tuple(arguments))

    def _step(self) -> Step:
        if self._has("."):
            return Step("self", "", ())
        if self._has(".."):
            return Step("parent", "", ())
        axis = "attribute" if self._has("@") else self._axis()
        test = self._take()
        if test != "*" and not test.startswith("name "):
            raise UnknownSyntax(test)
        name = test.removeprefix("name ")
        if self._has("("):
            name = ""
            while self._take() != ")":
                pass
        return Step(axis, name, self._predicates())

    def _axis(self) -> str:
        if self._at + 1 < len(self._words) and self._words[self._at + 1] == "::":
            axis = self._take().removeprefix("name ")
            self._take("::")
            return axis
        return "child"

    def _predicates(self) -> tuple[Expression, ...]:
        predicates: list[Expression] = []
        while self._has("["):
            predicates.append(self.binary(0))
            self._take("]")
        return tuple(predicates)
