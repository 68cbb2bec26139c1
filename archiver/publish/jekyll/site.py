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
from archiver.sites.family import DEFAULT_TAG
from archiver.storage.archive import Archive, Entry, FiledPost, NotAPost
from archiver.storage.files import INDEX, STATE, Tree, storage_errors
from archiver.storage.rows import Provenance

_LAYING = f"{STATE}/laying-the-site"
"""There while the skeleton is laid: a run that is killed meanwhile leaves it, and the next one goes on."""


def open_site(root: Path, reserved: Mapping[str, str] | None = None) -> Archive:
    """The archive at ``root``; a new one gets the skeleton of a Jekyll site that builds.

    ``reserved`` and errors: see ``Archive``.
    """
    return Archive(root, JekyllLayout(), reserved)


def entry_of(post: Post, text: str, source: str = "", provenance: Provenance | None = None) -> Entry:
    """What the archive keeps of a post; ``source`` is the name its slug was made from, if it was."""
    page = file_of(post.page, post.home)
    content = category_page(post.category, post.tag).encode() if page else b""
    return Entry(
        post.id,
        post.name,
        text.encode("utf-8"),
        post.category,
        post.tag,
        source,
        page,
        content,
        provenance,
    )


class JekyllLayout:
    """Posts as ``<yyyy-mm-dd>-<id>.md``, their front matter read by ``posts``."""

    def prepare(self, tree: Tree) -> None:
        """In a folder that holds anything, nothing is laid."""
        if _is_fresh(tree.root):
            tree.probe()
            tree.publish(_LAYING, b"")
        if tree.exists(_LAYING):
            _lay(tree, resources.files("archiver.publish.jekyll") / "skeleton", "")
            tree.remove(_LAYING)

    def id_of(self, name: str) -> str:
        parts = parse_name(name)
        return parts[1] if parts else ""

    def read(self, content: bytes, name: str) -> FiledPost:
        try:
            post = read(content.decode("utf-8"), name)
        except (PostError, UnicodeDecodeError) as exc:
            raise NotAPost(str(exc)) from exc
        source = sources.from_tag(post.tag, DEFAULT_TAG)
        digest = fingerprint(post.title, post.body)
        return FiledPost(post.id, post.category, post.tag, source, post.date, digest)


def _is_fresh(root: Path) -> bool:
    """Whether nothing is there yet but, perhaps, a README and hidden files."""
    with storage_errors(root):
        used = any(not entry.name.startswith(".") and entry.name != "README.md" for entry in root.iterdir())
        return not used and not (root / INDEX).exists()


def _lay(tree: Tree, folder: Traversable, path: str) -> None:
    with storage_errors(str(folder)):
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    for entry in entries:
        below = f"{path}/{entry.name}" if path else entry.name
        if entry.is_dir():
            _lay(tree, entry, below)
        elif not tree.exists(below):
            with storage_errors(str(entry)):
                content = entry.read_bytes()
            tree.publish(below, content)
