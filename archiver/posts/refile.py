"""Files a post under another source. Every other byte of its file stays as it is, whatever version it has."""

from __future__ import annotations

from dataclasses import replace

from archiver.posts import front_matter
from archiver.posts.footer import with_page
from archiver.posts.formats import Key, recognise
from archiver.posts.post import StoredPost
from archiver.posts.read import PostError, read


def refiled(text: str, name: str, category: str, tag: str, page: str, back_label: str) -> str:
    """The post in a file with this name, with another category and tag, and a footer that links to ``page``.

    A post of the old archive without a footer gets none. Raises ``PostError`` if the text is not a complete
    post, if it was edited, or if category and tag are spelt in a way in which no version writes them.
    """
    before = read(text, name)
    if "edited" in before.problems:
        raise PostError("it was edited, so its lines cannot be told from those of the owner")
    after = replace(before, category=category, tag=tag)
    if before.page:
        after = replace(after, page=page, back_label=back_label)
    start = text.index("---\n") + len("---\n")
    end = text.index("\n---\n", start - 1) + 1
    content = text[end:]
    if before.page:
        above, _, footer = content.rpartition("\n\n")
        content = f"{above}\n\n{with_page(footer, back_label, page)}"
    changed = text[:start] + _lines(text[start:end], before, after) + content
    found = read(changed, name)
    # The page is read as it is written, and a problem of the footer may be gone.
    if found != replace(after, page=found.page, problems=found.problems):
        raise PostError("its category and tag cannot be replaced alone")
    return changed


def _lines(lines: str, before: StoredPost, after: StoredPost) -> str:
    """The lines of the front matter, with the keys whose values differ."""
    values = front_matter.load(lines)
    for key in recognise(values).form.keys:
        if key.write(after) != key.write(before):
            old = next((old for old in _spellings(key, before, values) if _is_once(old, lines)), None)
            if old is None:
                raise PostError(f"the key {key.name} has a form in which no version writes it")
            new = front_matter.line(key.name, key.write(after))
            lines = f"\n{lines}".replace(f"\n{old}", f"\n{new}").removeprefix("\n")
    return lines


def _spellings(key: Key, post: StoredPost, values: dict[str, front_matter.Value]) -> list[str]:
    """How the version of the post writes the key, and how the old archive wrote names with blanks."""
    return [front_matter.line(key.name, key.write(post)), f"{key.name}: {values.get(key.name)}\n"]


def _is_once(key_lines: str, lines: str) -> bool:
    return f"\n{lines}".count(f"\n{key_lines}") == 1
