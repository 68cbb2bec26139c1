"""The replica of the site as plain files, written once for each size. It has only articles that need one
request."""

from __future__ import annotations

import hashlib
import shutil
from array import array
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import unquote

import archiver.replica
from archiver.replica.addresses import category_path, post_path
from archiver.replica.answers import text_answer
from archiver.replica.articles import Site
from archiver.replica.hosts import Conditions, answer_as_one
from archiver.replica.sources import EMNEWS

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_POSTS = 10_000
"""Larger sites get no HTML post pages. The contestants that read HTML are too slow for such sites."""
BYTES_OF_ANSWER, BYTES_OF_POST_PAGE = 14_000, 26_000
"""Disk space per article. The unused part of the last block of each file is included."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A site in a folder: pages by path in ``site/``, JSON responses by article id in ``answers/``."""

    folder: Path
    site: Site
    numbers: Sequence[int]
    """The numbers of the site's articles that the listings contain."""

    @property
    def has_posts(self) -> bool:
        return len(self.numbers) <= MAX_POSTS

    @property
    def listings(self) -> list[str]:
        """The paths of the category pages."""
        return [category_path(source) for source in self.site.categories() if source is not EMNEWS]


def prepare(articles: int, cache: Path) -> Pages:
    """The pages of a site of this size. They are written unless they are already in the cache."""
    site, numbers = _site_with(articles)
    pages = Pages(cache / f"pages-{articles}-{_edition()}", site, numbers)
    if not pages.folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix="draft-", dir=cache))
        try:
            _write(pages, draft)
            draft.chmod(0o755)
            draft.rename(pages.folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return pages


def outdated(sizes: Sequence[int], cache: Path) -> list[Path]:
    """Folders with pages of these sizes that an earlier version of the code has written."""
    written = (folder for size in sizes for folder in sorted(cache.glob(f"pages-{size}-*")))
    return sorted({folder for folder in written if not folder.name.endswith(f"-{_edition()}")})


def _site_with(articles: int) -> tuple[Site, Sequence[int]]:
    """The smallest site with this many articles outside the rolling news, and the numbers of these articles.

    Articles of the rolling news are not used, because each needs two requests.
    """
    probe = Site(articles * 2 + 40, plain=True)
    numbers = array("l")
    for number in range(len(probe)):
        if not probe.article(number).emnews:
            numbers.append(number)
        if len(numbers) == articles:
            break
    return Site(numbers[-1] + 1, plain=True), numbers


def _edition() -> str:
    """A hash of the code that makes the pages."""
    code = hashlib.sha256()
    for path in [*sorted(Path(archiver.replica.__file__).parent.glob("*.py")), Path(__file__)]:
        code.update(path.read_bytes())
    return code.hexdigest()[:8]


def _write(pages: Pages, folder: Path) -> None:
    answers = folder / "answers"
    answers.mkdir()
    for path in ["/", "/robots.txt", *pages.listings]:
        _write_page(pages.site, path, folder)
    for number in pages.numbers:
        article = pages.site.article(number)
        answer = text_answer(pages.site, number)
        assert answer is not None, "a plain site has a text for every article"
        (answers / f"{article.id}.json").write_bytes(answer)
        if pages.has_posts:
            _write_page(pages.site, post_path(article), folder)


def _write_page(site: Site, path: str, folder: Path) -> None:
    name = "index.html" if path == "/" else unquote(path[1:])
    file = folder / "site" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer_as_one(site, path, Conditions()).body)
