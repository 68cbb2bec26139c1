"""The text of a formula in MathML.

>>> formula(' alttext="x^2"', "<msup><mi>x</mi><mn>2</mn></msup>")
'x^2'
>>> formula("", "<mfrac><mi>x</mi><mrow><mn>1</mn><mo>+</mo><mi>y</mi></mrow></mfrac>")
'x/(1+y)'
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ALTERNATIVE = re.compile(r"""\salttext\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ANNOTATION = re.compile(
    r"<annotation\s[^<>]*(?:tex|asciimath|text/plain)[^<>]*>([^<]+)</annotation", re.IGNORECASE
)
_NOT_DRAWN = re.compile(
    r"<(annotation(?:-xml)?|style|script)(?![^\s/>])(?:.*?</\1\s*>|.*)|<!--(?:.*?-->|.*)",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"<(/?)(?:[a-z]+:)?([a-z]+)[^<>]*?(/?)>|([^<]+)", re.IGNORECASE)
_MAX_PARTS = 5_000


def formula(attributes: str, content: str) -> str:
    """The alternative text, else the annotation in TeX, else the text made from the elements; as HTML."""
    alternative = _ALTERNATIVE.search(attributes)
    annotation = _ANNOTATION.search(content)
    given = [*(alternative.groups() if alternative else ()), annotation[1] if annotation else ""]
    text = next((text for text in given if text and text.strip()), "")
    return " ".join((text or _drawn(_NOT_DRAWN.sub("", content))).replace("<", "&lt;").split())


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() or text.replace(".", "").isdigit() else f"({text})"


_FORMS: dict[str, Callable[[list[str]], str]] = {
    "mfrac": lambda parts: "/".join(map(_grouped, parts)),
    "msup": lambda parts: "^".join(map(_grouped, parts)),
    "mover": lambda parts: "^".join(map(_grouped, parts)),
    "msub": lambda parts: "_".join(map(_grouped, parts)),
    "munder": lambda parts: "_".join(map(_grouped, parts)),
    "msubsup": lambda parts: _with_limits(parts),
    "munderover": lambda parts: _with_limits(parts),
    "msqrt": lambda parts: f"√{_grouped(''.join(parts))}",
    "mroot": lambda parts: f"{_grouped(parts[-1])}√{_grouped(''.join(parts[:-1]))}" if parts else "",
    "mtr": " ".join,
    "mtable": "; ".join,
}
"""Element → its text, made from the texts of its parts. In other elements, the parts follow each other."""


def _with_limits(parts: list[str]) -> str:
    return "".join(sign + _grouped(part) for sign, part in zip(("", "_", "^"), parts, strict=False))


def _drawn(content: str) -> str:
    """The text of the elements: powers, indices and fractions keep their meaning."""
    open_parts: list[list[str]] = [[]]
    for end, name, empty, text in _TOKEN.findall(content)[:_MAX_PARTS]:
        if text:
            open_parts[-1] += [text.strip()] if text.strip() else []
        elif end and len(open_parts) > 1:
            parts = open_parts.pop()
            open_parts[-1].append(_FORMS.get(name.lower(), "".join)(parts))
        elif not end and not empty:
            open_parts.append([])
    return "".join(part for parts in open_parts for part in parts)
