"""Finds the address of a picture, also if a script of the page would load the picture later.

Values are those of attributes in HTML: references such as ``&amp;`` are not decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from archiver.normalise.losses import Losses

LATER = tuple(
    re.findall(
        r"\S+",
        """
        data-original data-src data-lazy-src data-lazysrc data-lazy data-lazyload data-lazyload-src
        data-lazy-load data-lazy-original data-lazy-url data-lazy-img data-lazy-image
        data-actualsrc data-actual-src data-realsrc data-real-src data-original-src data-orig-src
        data-src-original data-src-lazy data-ks-lazyload
        data-flickity-lazyload data-echo data-layzr data-bsrc data-cfsrc data-ezsrc data-ll-src data-defer-src
        data-delay-src data-deferred data-load-src data-loadsrc data-wpfc-original-src data-pagespeed-lazy-src
        data-croporisrc data-backsrc data-imgsrc data-img-src data-image-src
        data-srcset data-lazy-srcset data-original-set data-lazyload-srcset
        real_src realsrc real-src actualsrc lazy-src lazysrc lazy_src lazyload data_src
        """,
    )
)
"""Attributes with the address that a script loads in place of ``src``; the first usable one counts. To
support another script, add its attribute here."""

ALSO = tuple(
    re.findall(
        r"\S+",
        """
        data-url data-img data-image data-pic srcset original original_src original-src orginial_src _src xsrc
        osrc file zoomfile data-orig-file data-large-file data-large_image data-large-src data-full-src
        data-full
        data-hi-res-src data-hires data-canonical-src data-zoom-image data-highres
        """,
    )
)
"""Attributes with an address that counts only if ``src`` has none, or only a placeholder."""

NAMES = frozenset({*LATER, *ALSO})

_FILE = re.compile(
    r"[^\s\"'<>{}|\\]*\.(?:avif|bmp|gif|jfif|jpe?g|png|svg|tiff?|webp)(?:[?&!@#_-]\S*)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?:)?//[^\s/]\S*|\.{0,2}/[^\s/]\S*|[^\s:{}]+/[^\s{}]+", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:s?html?|css|js|pdf)(?:[?#]|\Z)", re.IGNORECASE)
_OTHER_PICTURE = re.compile(
    "avatar|blank|default|error|fallback|holder|icon|link|load|logo|low|poster|preview|qr|share|small|thumb|tiny"
)
"""In the name of an attribute: its picture is not the one that the reader sees in the end."""

_PLACEHOLDER = re.compile(
    r"""
    (?: data | blob | about | javascript ) : .*
    | (?: .*/ )?
      (?: (?: blank | spacer | place-?holder | transparent | lazy-?load(?:ing)? | img-?loading | pixel | 1x1
            | 1px )
          (?: [-_.]? \d+ (?: x\d+ )? )? \. (?: gif | jpe?g | png | svg | webp )
        | (?: clear | default-?(?:bg|img|pic) | dot | empty | gr[ae]y | lazy | loader | loading | none | nopic
            | s | space | spinner | trans | white
          ) \d? \. (?: gif | png | svg )
      ) (?: [?\#!@] .* )?
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""The address of a picture that only keeps the place of another one."""

_CANDIDATE = re.compile(
    r"[\s,]*+ (\S*[^\s,]) (?: \s+ (\d{1,6}(?:\.\d{1,4})?) [wxh] )? [^,]*+ (?: , | \Z )", re.VERBOSE
)
_SET = re.compile(r"\s\d+(?:\.\d+)?[wx]\s*(?:,|\Z)")
_MAX_SET = 10_000

_PAIR = re.compile(r' ([^\s="]+)="([^"]*)"')
_WRITTEN = frozenset({"align", "alt", "border", "class", "height", "src", "style", "title", "width"})

_INVISIBLE = re.compile(
    r"""
    (?: [ ](?:width|height)=" | [";][ ]*(?:width|height)[ ]*:[ ]* )     # an attribute, or a style
    [01](?:\.0*)?(?:px)?[ ]*(?=[";])
    """,
    re.VERBOSE,
)
"""A width or height of 0 or 1: such a picture is invisible and only counts readers (faults C17)."""

_PADDED = re.compile(r"padding(?:-top|-bottom)?\s*:[^;\"]*[1-9]")
"""Padding keeps the place of a picture whose height is 0 until it is loaded."""

_SIZE = re.compile(r"(?:^|(?<=;))\s*(?:height|padding(?:-top|-bottom)?|width)\s*:[^;]*;?")
_TAG = re.compile("<[^<>]*>")
_LAZY_CLASS = re.compile("lazy|defer|loading", re.IGNORECASE)
_MAX_NEAR = 16
"""Tags between a picture and its copy in a ``noscript`` element."""
MIN_INLINE = 1_000
"""Characters of a picture inside its address; shorter ones are placeholders."""


def is_loaded_later(name: str, value: str) -> bool:
    """Whether an attribute of a picture has the address of a picture.

    For names that are not in the tables, the value must be the name of a picture file.
    """
    if name in NAMES:
        return bool(_ADDRESS.match(value) or _FILE.match(value)) and not _PAGE.search(value)
    return _FILE.fullmatch(value) is not None and not _OTHER_PICTURE.search(name)


def is_invisible(attributes: str) -> bool:
    return _INVISIBLE.search(attributes) is not None


def is_placeholder(address: str) -> bool:
    return _PLACEHOLDER.fullmatch(address.strip()) is not None


def later(attributes: Mapping[str, str]) -> Iterator[str]:
    """The addresses that a script loads in place of ``src``; the best one first."""
    return _usable(_one(name, attributes[name]) for name in LATER if name in attributes)


def addresses(attributes: Mapping[str, str], offered: Sequence[str] = ()) -> Iterator[str]:
    """All addresses of one picture, the best one first. ``offered`` are those of ``<source>`` elements."""
    yield from later(attributes)
    yield from _usable([attributes.get("src", "")])
    names = [*(name for name in ALSO if name in attributes), *_unknown(attributes)]
    yield from _usable(_one(name, attributes[name]) for name in names)
    yield from _usable(map(largest, offered))


def _unknown(attributes: Mapping[str, str]) -> list[str]:
    """Attributes that are not in the tables, with the name of a picture file."""
    unknown = (name for name in attributes if name.startswith("data-") and name not in NAMES)
    return [name for name in unknown if is_loaded_later(name, attributes[name])]


def _one(name: str, value: str) -> str:
    return largest(value) if name.endswith("set") or _SET.search(value) else value


def _usable(found: Iterable[str]) -> Iterator[str]:
    return (value for value in found if value.strip() and not is_placeholder(value))


def largest(value: str) -> str:
    """The candidate of a ``srcset`` with the greatest width or density."""
    candidates = _CANDIDATE.findall(value[:_MAX_SET])
    return max(candidates, key=lambda found: float(found[1] or 1), default=("", ""))[0]


class Pictures:
    """Writes the pictures of one body to the output of the rewriter."""

    def __init__(
        self, address: Callable[[str], str], kept: frozenset[str], out: list[str], losses: Losses
    ) -> None:
        self._address = address
        self._kept = _WRITTEN | kept
        self._out = out
        self._losses = losses
        self._written: set[str] = set()
        self._offered: list[str] = []
        self._missing: list[int] = []
        """Positions in the output where a picture without an address would be."""
        self._copy = (-1, "")
        """Position and address of the latest picture that was in a ``noscript`` element."""
        self._lazy = -1
        """Position after the latest picture that a script loads."""

    def offer(self, attributes: str) -> None:
        """Remembers the addresses of a ``<source>`` element for the picture that follows."""
        given = dict(_PAIR.findall(attributes))
        self._offered += [given[name] for name in ("data-srcset", "srcset", "data-src") if name in given]

    def write(self, attributes: str) -> None:
        given = dict(_PAIR.findall(attributes))
        offered, self._offered = self._offered, []
        is_lazy = any(address != given.get("src") for address in later(given))
        if _INVISIBLE.search(attributes) and not _without_size(given, is_lazy):
            return
        source = self._source(given, offered)
        if source:
            self._replace_copy(source, is_lazy)
            self._append(source, given)
            self._lazy = len(self._out) if is_lazy else self._lazy
        elif _seems_real(given):
            self._missing.append(len(self._out))

    def without_script(self, attributes: str) -> None:
        """Writes a picture from a ``noscript`` element, unless it is a copy of one outside."""
        given = dict(_PAIR.findall(attributes))
        source = "" if _INVISIBLE.search(attributes) else self._source(given, [])
        if not source or source in self._written or self._is_near(self._lazy):
            return
        if self._missing and self._is_near(self._missing[-1]):
            self._missing.pop()
        elif not _FILE.fullmatch(source) or ".gif?" in source:
            return  # it counts readers
        self._copy = (len(self._out), source)
        self._append(source, given)

    def poster(self, address: str) -> str:
        source = "" if is_placeholder(address) else self._address(address)
        return f'<img src="{source}" />' if source else ""

    def finish(self) -> None:
        self._losses.parts += len(self._missing)

    def _source(self, given: Mapping[str, str], offered: Sequence[str]) -> str:
        return next(filter(None, map(self._address, addresses(given, offered))), "")

    def _append(self, source: str, given: Mapping[str, str]) -> None:
        self._written.add(source)
        kept = {name: value for name, value in given.items() if name in self._kept and name != "src"}
        attributes = "".join(f' {name}="{value}"' for name, value in kept.items())
        self._out.append(f'<img src="{source}"{attributes} />')

    def _replace_copy(self, source: str, is_lazy: bool) -> None:
        """Removes the picture of a ``noscript`` element in front of the picture that it is a copy of."""
        at, copied = self._copy
        if at >= 0 and (source == copied or (is_lazy and self._is_near(at + 1))):
            self._out[at] = ""
        self._copy = (-1, "")

    def _is_near(self, position: int) -> bool:
        """Whether only tags were written since ``position``, and no picture."""
        if position < 0 or len(self._out) - position > _MAX_NEAR:
            return False
        since = "".join(self._out[position:])
        return "<img " not in since and not _TAG.sub("", since).strip()


def _without_size(given: dict[str, str], is_lazy: bool) -> bool:
    """Removes the size of a placeholder; false for a picture that is really invisible."""
    style = given.get("style", "")
    if not is_lazy and not _PADDED.search(style):
        return False
    for name in ("height", "width"):
        given.pop(name, None)
    given["style"] = _SIZE.sub("", style)
    if not given["style"]:
        del given["style"]
    return True


def _seems_real(given: Mapping[str, str]) -> bool:
    """Whether a picture without a usable address was probably shown to readers."""
    source = given.get("src", "")
    width = re.match(r"\d+", given.get("width", ""))
    return (
        (len(source) >= MIN_INLINE and source.startswith("data:"))
        or _LAZY_CLASS.search(given.get("class", "")) is not None
        or (width is not None and int(width[0][:6]) >= 50)
        or not source
    )
