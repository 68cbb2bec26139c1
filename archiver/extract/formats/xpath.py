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

_TOKEN = re.compile(
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
    parser = _Parser(_tokens(expression))
    parsed = parser.binary(0)
    if parser.next:
        raise UnknownSyntax(parser.next)
    return parsed


def _tokens(expression: str) -> list[str]:
    """Operators that look like names are marked: ``*`` as an operator becomes ``multiply``."""
    found: list[str] = []
    at, before = 0, ""
    expression = expression.rstrip()
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise UnknownSyntax(expression[at:])
        at, token = match.end(), match[0].strip()
        operand = before in _BEFORE_OPERAND or before in _BEFORE_OPERAND_TOO
        if token == "*" and not operand:
            token = "multiply"
        elif match["name"] and (operand or token not in ("and", "or", "div", "mod")):
            token = f"name {token}"
        found.append(token)
        before = token
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self.next
        if wanted and token not in wanted:
            raise UnknownSyntax(token)
        self._at += 1
        return token

    def _has(self, token: str) -> bool:
        found = self.next == token
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
        token = self._tokens[at] if at < len(self._tokens) else ""
        return token in (".", "..", "@", "*") or token.startswith("name ")

    def _begins_with_value(self) -> bool:
        token = self.next
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else ""
        if token.startswith("name "):
            return following == "(" and token.removeprefix("name ") not in _KINDS_OF_NODES
        return token == "(" or token[:1] in tuple("\"'0123456789") or (token[:1] == "." and token[1:].isdigit())

    def _value(self) -> Expression:
        if self._has("("):
            inner = self.binary(0)
            self._take(")")
            return inner
        token = self._take()
        return self._call(token.removeprefix("name ")) if token.startswith("name ") else Literal(token)

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
        if self._at + 1 < len(self._tokens) and self._tokens[self._at + 1] == "::":
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
