"""Whether an archive is what it should be: every file read once, every breach named, nothing changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from archiver.errors import StorageError
from archiver.normalise import sources
from archiver.posts import PostError, StoredPost, read
from archiver.publish.jekyll.paths import file_of
from archiver.sites.profile import DEFAULT_TAG
from archiver.storage.archive import INDEX, POSTS
from archiver.storage.files import REPORT, STAGING, STATE, content_of, storage_errors
from archiver.storage.index import Index, PostRow
from archiver.storage.lock import no_writer
from archiver.storage.quarantine import FOLDER as RECORDS
from archiver.storage.quarantine import parse


class Kind(NamedTuple):
    """What a finding means; ``todo`` is for the person who reads it."""

    breach: bool
    todo: str


KINDS = {
    "broken": Kind(True, "--repair sets it aside, and the next run asks for the article again"),
    "form": Kind(True, "--repair writes the same post as LF, UTF-8 without mark, and sets this file aside"),
    "misnamed": Kind(True, "--repair gives it its name back"),
    "duplicate": Kind(True, "--repair sets it aside"),
    "twin": Kind(True, "on many disks the two are one file: move one of them away"),
    "stray": Kind(True, "Jekyll would publish it: --repair sets it aside"),
    "nested": Kind(True, "Jekyll publishes what is in it, no run looks there: move it directly below _posts"),
    "unreadable": Kind(True, "mend the disk, or the file's owner and mode"),
    "liquid": Kind(True, "Jekyll would run it: write {{ as &#123;{ and {% as &#123;%"),
    "unindexed": Kind(True, "--repair adopts it"),
    "withdrawn": Kind(True, "--repair remembers that it is; scrapy crawl share -a infocode= brings it back"),
    "index_row": Kind(True, "--repair corrects the index"),
    "index": Kind(True, "--repair sets it aside and builds it anew"),
    "slug": Kind(True, "decide which is right and edit the posts of the other"),
    "page": Kind(True, "--repair writes it"),
    "staging": Kind(True, "a run was cut off: --repair, or the next run, removes it"),
    "record": Kind(True, "--repair sets it aside"),
    "report": Kind(True, "--repair sets it aside; the next run writes a new one"),
    "edited": Kind(False, "yours: no run touches it"),
    "old_form": Kind(False, "a post of the old archive: no run rewrites it"),
    "foreign": Kind(False, "no article's post: left alone"),
    "new": Kind(False, "the first run adopts what is there"),
}
"""Every kind of finding; docs/reliability.md explains them."""

_NAME = re.compile(r"(?:\d{2,4}-\d\d?-\d\d?)?-?(?P<id>[A-Za-z0-9_-]{1,64})\.md")
_GOOD_NAME = re.compile(r"\d{4}-\d\d-\d\d-(?P<id>[A-Za-z0-9_-]{1,64})\.md")
_PUBLISHED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-.*\.[^.]+", re.DOTALL)
"""Names that Jekyll takes for a post, whatever they end with."""
_HIDDEN = (".", "_", "#", "~")
_LIKE_AN_ARTICLE = re.compile(r"\d{8}")
_DATE_LINE = re.compile(r"^date: (\d{4}-\d\d-\d\d) ", re.MULTILINE)
_LIQUID = re.compile(r"\{[{%]")
_FUTURE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    path: str
    """Below the archive's root."""
    detail: str = ""
    id: str = ""
    """The article's, where a post is meant."""
    right: str = ""
    """The name the file should have; for ``page``, the category, a line break and the tag."""

    @property
    def breach(self) -> bool:
        return KINDS[self.kind].breach


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``check`` found."""

    posts: int
    """Files that are valid posts."""
    findings: tuple[Finding, ...]

    @property
    def breaches(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.breach]


def check(root: Path, now: datetime) -> Checked:
    """Reads the whole archive, changing no byte; O(archive).

    Raises Locked while a run is on, StorageError where a folder cannot be read. ``now`` is aware.
    """
    with no_writer(root), ExitStack() as reading:
        damage = list(_damage_of_index(root))
        index = None
        if (root / INDEX).is_file() and not damage:
            index = reading.enter_context(Index.reading(root / INDEX))
        posts = _Posts(root, index, now)
        findings = (*damage, *posts.findings(), *_staged(root), *_records(root), *_report(root))
    return Checked(posts.count, findings)


def plain(content: bytes) -> bytes:
    """A post's bytes without what editors, git and Windows add: a mark, CRs, line breaks at its end."""
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content.rstrip(b"\n")


# --- the index


def _damage_of_index(root: Path) -> Iterator[Finding]:
    if not (root / STATE).is_dir():
        yield Finding("new", STATE, "there is none")
    elif not (root / INDEX).is_file():
        yield Finding("index", INDEX, "it is missing")
    else:
        with Index.reading(root / INDEX) as index:
            for what in index.damage():
                yield Finding("index", INDEX, what)


# --- the posts


class _Posts:
    """One walk over ``_posts``; ``index`` is None where there is none to compare with."""

    def __init__(self, root: Path, index: Index | None, now: datetime) -> None:
        self.count = 0
        self._root = root
        self._index = index
        self._now = now
        self._slugs = dict(index.slugs()) if index else {}
        self._names: set[str] = set()
        self._ids: dict[str, str] = {}
        """Casefolded id → the first valid file of it."""
        self._categories: dict[str, tuple[str, str]] = {}
        """Tag → its category and the first file of it."""
        self._tags: dict[str, tuple[str, str]] = {}
        """Casefolded category → its tag and the first file of it."""
        self._pages: dict[str, StoredPost] = {}
        self._by_digest: dict[bytes, PostRow] | None = None

    def findings(self) -> Iterator[Finding]:
        folder = self._root / POSTS
        for name in _names_in(folder):
            yield from self._entry(folder / name, name)
        yield from self._withdrawn()
        for page, post in self._pages.items():
            if not _has_text(self._root / page):
                yield Finding("page", page, f"the category page of {post.tag}", right=_two_lines(post))

    def _entry(self, path: Path, name: str) -> Iterator[Finding]:
        below = f"{POSTS}/{name}"
        if name.startswith(_HIDDEN) or name.endswith("~"):
            return
        if path.is_symlink():
            yield Finding("stray", below, "it is a link")
        elif path.is_dir():
            if any(_PUBLISHED.fullmatch(file.name) for file in path.rglob("*")):
                yield Finding("nested", below, "a folder with posts")
        elif not name.endswith(".md"):
            if _PUBLISHED.fullmatch(name):
                yield Finding("stray", below, "no post, but its name begins with a day")
        else:
            self._names.add(name)
            try:
                yield from self._post(name, content_of(path))
            except OSError as exc:
                yield Finding("unreadable", below, exc.strerror or str(exc))

    def _post(self, name: str, content: bytes) -> Iterator[Finding]:
        try:
            text = content.decode("utf-8")
            post = read(text, name)
            if post.date > self._now + _FUTURE:
                raise PostError(f"its date is in the future: {post.date:%Y-%m-%d}")
        except (PostError, UnicodeDecodeError) as exc:
            yield self._no_post(name, content, str(exc))
            return
        self.count += 1
        digest = hashlib.sha256(content).digest()
        row = self._index.post(post.id) if self._index else None
        if (wrong := self._same_id(name, post, digest, row)) is not None:
            yield wrong
            return
        if row and row.sha256 != digest:
            yield Finding("edited", f"{POSTS}/{name}", "other bytes than were written", post.id)
        else:
            yield from self._as_written(name, post, text)
        if post.final and (page := file_of(post.page, post.home)):
            self._pages.setdefault(page, post)

    def _no_post(self, name: str, content: bytes, why: str) -> Finding:
        below = f"{POSTS}/{name}"
        named = _NAME.fullmatch(name)
        article = named["id"] if named else ""
        better = plain(content)
        if better != content and (post := _read(better, name)) and post.date <= self._now + _FUTURE:
            return Finding("form", below, "CRs, a byte order mark or a line break at its end", article)
        if right := _right_name(name, article, better):
            if (self._root / POSTS / right).exists():
                return Finding("duplicate", below, f"{right} is there", article)
            return Finding("misnamed", below, f"it is {right}", article, right)
        if not self._is_article(article):
            return Finding("foreign", below, why)
        return Finding("broken", below, why, article)

    def _is_article(self, article: str) -> bool:
        if not article:
            return False
        if _LIKE_AN_ARTICLE.search(article):
            return True
        return bool(self._index and (self._index.post(article) or self._index.open_article(article)))

    def _same_id(self, name: str, post: StoredPost, digest: bytes, row: PostRow | None) -> Finding | None:
        """What is wrong with the file's name, or with what the index says of it."""
        below = f"{POSTS}/{name}"
        if row and row.name != name and (self._root / POSTS / row.name).exists():
            return Finding("duplicate", below, f"the index has {row.name}", post.id)
        first = self._ids.setdefault(post.id.casefold(), name)
        if first != name and _id_of(first) != post.id:
            return Finding("twin", below, f"its id differs from that of {first} in capitals only", post.id)
        if first != name:
            return Finding("duplicate", below, f"{first} has the same id", post.id)
        if self._index is None:
            return None
        if row is None:
            return self._unknown(below, post, digest)
        if row.name != name:
            return Finding("index_row", below, f"the index has it as {row.name}", post.id)
        if row.sha256 == digest and (row.category, row.tag) != (post.category, post.tag):
            return Finding("index_row", below, f"the index has it under {row.category}, {row.tag}", post.id)
        return None

    def _unknown(self, below: str, post: StoredPost, digest: bytes) -> Finding:
        """A post that the index does not know by its id: perhaps by its bytes."""
        known = self._row_of(digest)
        if known is None or known.name == post.name:
            return Finding("unindexed", below, "the index does not know it", post.id)
        if (self._root / POSTS / known.name).exists():
            return Finding("duplicate", below, f"a copy of {known.name}", known.id)
        return Finding("misnamed", below, f"it is {known.name}", known.id, known.name)

    def _row_of(self, digest: bytes) -> PostRow | None:
        if self._by_digest is None:
            self._by_digest = {row.sha256: row for row in self._index.posts()} if self._index else {}
        return self._by_digest.get(digest)

    def _as_written(self, name: str, post: StoredPost, text: str) -> Iterator[Finding]:
        """What is asked of a post that nobody edited."""
        below = f"{POSTS}/{name}"
        if post.problems:
            yield Finding("old_form", below, ", ".join(post.problems), post.id)
        if _LIQUID.search(text, text.index("\n---\n", 3)):
            yield Finding("liquid", below, "Liquid in its text", post.id)
        category, other = self._categories.setdefault(post.tag, (post.category, name))
        if category != post.category:
            yield Finding(
                "slug", below, f"{post.tag} is {post.category} here, {category} in {other}", post.id
            )
        tag, other = self._tags.setdefault(post.category.casefold(), (post.tag, name))
        if tag != post.tag:
            yield Finding("slug", below, f"{post.category} is {post.tag} here, {tag} in {other}", post.id)
        remembered = self._slugs.get(sources.from_tag(post.tag, DEFAULT_TAG), post.category)
        if remembered != post.category:
            yield Finding(
                "slug", below, f"{post.tag} is {post.category} here, {remembered} in the index", post.id
            )

    def _withdrawn(self) -> Iterator[Finding]:
        """What the index says of files that are not there, or are another article's."""
        for row in self._index.posts() if self._index else ():
            below = f"{POSTS}/{row.name}"
            if row.name not in self._names:
                yield Finding("withdrawn", below, "the index has it, the folder does not", row.id)
            elif _id_of(row.name) != row.id:
                yield Finding("index_row", below, f"the index has it as the post of {row.id}", row.id)


def _names_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    with storage_errors(folder):
        return sorted(entry.name for entry in folder.iterdir())


def _id_of(name: str) -> str:
    found = _GOOD_NAME.fullmatch(name)
    return found["id"] if found else ""


def _read(content: bytes, name: str) -> StoredPost | None:
    with suppress(PostError, UnicodeDecodeError):
        return read(content.decode("utf-8"), name)
    return None


def _right_name(name: str, article: str, content: bytes) -> str:
    """The name under which the content is a whole post; empty where that is not all that is wrong."""
    date = _DATE_LINE.search(content[:4096].decode("utf-8", "replace"))
    right = f"{date[1]}-{article}.md" if date and article else name
    return right if right != name and _read(content, right) else ""


def _two_lines(post: StoredPost) -> str:
    return f"{post.category}\n{post.tag}"


def _has_text(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError:
        return False


# --- beside the posts


def _staged(root: Path) -> Iterator[Finding]:
    for name in _names_in(root / STAGING):
        yield Finding("staging", f"{STAGING}/{name}", "left over")


def _records(root: Path) -> Iterator[Finding]:
    for name in _names_in(root / RECORDS):
        try:
            parse(content_of(root / RECORDS / name), name)
        except OSError as exc:
            yield Finding("unreadable", f"{RECORDS}/{name}", exc.strerror or str(exc))
        except ValueError as exc:
            yield Finding("record", f"{RECORDS}/{name}", str(exc))


def _report(root: Path) -> Iterator[Finding]:
    path = root / REPORT
    if not path.exists():
        return
    try:
        if not isinstance(json.loads(content_of(path)), dict):
            raise ValueError("it is no report")
    except OSError as exc:
        raise StorageError(f"{path}: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:
        yield Finding("report", REPORT, str(exc))
