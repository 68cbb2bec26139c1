"""The archive as a Jekyll site, opened for writing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from archiver.normalise import sources
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import Post, PostError, read
from archiver.posts.name import parse_name
from archiver.publish.jekyll.pages import category_page
from archiver.publish.jekyll.paths import file_of
from archiver.storage.archive import Archive, Entry, FiledPost, NotAPost
from archiver.storage.files import INDEX, STATE, Tree, storage_errors
from archiver.storage.rows import Provenance

_MARKER = f"{STATE}/laying-the-site"
"""This file exists while the skeleton is copied. If the run is killed meanwhile, the next run finds it and
copies the rest."""


def open_site(root: Path, reserved: Mapping[str, str] | None = None) -> Archive:
    """Opens the archive at ``root``. A new one gets the skeleton of a Jekyll site, ready to be built.

    For ``reserved`` and errors see ``Archive``.
    """
    return Archive(root, JekyllLayout(), reserved)


def entry_of(
    post: Post, text: str, source: str = "", provenance: Provenance | None = None, slug: str = ""
) -> Entry:
    """What the archive keeps of a post; ``source`` and ``slug`` as in ``Entry``."""
    page = file_of(post.page, post.home)
    content = category_page(post.category, post.tag).encode() if page else b""
    return Entry(
        post.id,
        post.name,
        text.encode("utf-8"),
        post.category,
        post.tag,
        source,
        slug,
        page,
        content,
        provenance,
    )


class JekyllLayout:
    """Posts are files ``<yyyy-mm-dd>-<id>.md``; the package ``posts`` reads their front matter."""

    def prepare(self, tree: Tree) -> None:
        """Copies the skeleton into a new archive; a folder with other files in it gets no skeleton."""
        if _is_fresh(tree.root):
            tree.probe()
            tree.publish(_MARKER, b"")
        if tree.exists(_MARKER):
            _copy(tree, resources.files("archiver.publish.jekyll") / "skeleton", "")
            tree.sync_folders()
            tree.remove(_MARKER)

    def id_of(self, name: str) -> str:
        parts = parse_name(name)
        return parts[1] if parts else ""

    def read(self, content: bytes, name: str, *, digest: bool = True) -> FiledPost:
        try:
            post = read(content.decode("utf-8"), name)
        except (PostError, UnicodeDecodeError) as exc:
            raise NotAPost(str(exc)) from exc
        source = sources.from_tag(post.tag, sources.DEFAULT_TAG)
        text = fingerprint(post.title, post.body) if digest else b""
        return FiledPost(post.id, post.category, post.tag, source, post.date, text)


def _is_fresh(root: Path) -> bool:
    """Whether the folder holds no files yet, except a README and hidden files."""
    with storage_errors(root):
        used = any(not entry.name.startswith(".") and entry.name != "README.md" for entry in root.iterdir())
        return not used and not (root / INDEX).exists()


def _copy(tree: Tree, folder: Traversable, path: str) -> None:
    with storage_errors(str(folder)):
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    for entry in entries:
        below = f"{path}/{entry.name}" if path else entry.name
        if entry.is_dir():
            _copy(tree, entry, below)
        elif not tree.exists(below):
            with storage_errors(str(entry)):
                content = entry.read_bytes()
            tree.publish(below, content)
