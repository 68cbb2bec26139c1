"""Posts of every version are read; a post of an unknown version is distinguished from a broken post."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.posts import Post, PostError, formats, read, render
from archiver.posts.formats import VERSION_1, Key, PostFormat
from archiver.posts.front_matter import Plain
from tests.posts.other_formats import OTHERS, READABLE, UNREADABLE
from tests.posts.test_posts import POST, fields_of

BOTH = [POST, replace(POST, digest="摘要"), replace(POST, digest="摘要", title="“甲”: 乙 <b> 😀", tag="甲 乙", back_label="返回甲 乙")]  # fmt: skip


TEXT = VERSION_1.front_matter(POST) + render(POST).partition("\n---\n")[2]


@pytest.fixture(autouse=True)
def version_1_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, VERSION_1)


def use(monkeypatch: pytest.MonkeyPatch, *known: PostFormat) -> None:
    monkeypatch.setattr(formats, "FORMATS", known)


def test_version_1_has_exactly_five_keys() -> None:
    assert [key.name for key in VERSION_1.keys] == ["layout", "title", "date", "categories", "tags"]
    assert not any(key.optional for key in VERSION_1.keys)


@pytest.mark.parametrize("post", BOTH)
@pytest.mark.parametrize("change", OTHERS)
def test_posts_are_read_in_every_version_and_written_in_the_newest(
    monkeypatch: pytest.MonkeyPatch, change: str, post: Post
) -> None:
    old = render(post)
    use(monkeypatch, VERSION_1, OTHERS[change])
    new = render(post)
    first = 2 if change == "an optional key" else 1  # without it, both versions have the same keys
    for text, version in ((old, first), (new, 2)):
        stored = read(text, post.name)
        assert (stored.version, stored.problems, fields_of(stored)) == (version, (), fields_of(post))
    assert (new == old) is (change == "an optional key" and not post.digest)


def test_the_newest_of_two_matching_versions_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, VERSION_1, OTHERS["a removed key"], replace(OTHERS["an optional key"], version=3))
    assert read(TEXT, POST.name).version == 3


@pytest.mark.parametrize("change", READABLE)
def test_a_post_of_an_unknown_version_is_read_if_it_has_the_required_keys(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    post = replace(POST, digest="摘要")
    use(monkeypatch, VERSION_1, OTHERS[change])
    text = render(post)
    use(monkeypatch, VERSION_1)
    stored = read(text, post.name)
    assert (stored.version, stored.problems, stored.final) == (None, ("other_keys",), False)
    assert fields_of(stored) == fields_of(post)


@pytest.mark.parametrize("change", UNREADABLE)
def test_a_post_without_the_required_keys_is_refused(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    use(monkeypatch, VERSION_1, OTHERS[change])
    text = render(POST)
    use(monkeypatch, VERSION_1)
    with pytest.raises(PostError):
        read(text, POST.name)


@pytest.mark.parametrize(
    "lines", ["image: x.png\n", "image: [a, b]\n", "image:\n- a\n- b\n", "image:\n  a: b\n"]
)
@pytest.mark.parametrize(
    "place", ["layout: post\n", "title: ", "date: ", "categories: ", "tags: ", "---\n<p>"]
)
def test_a_post_with_a_key_added_by_the_owner_is_read(lines: str, place: str) -> None:
    stored = read(TEXT.replace(place, lines + place, 1), POST.name)
    assert (stored.version, stored.problems, fields_of(stored)) == (None, ("other_keys",), fields_of(POST))


@pytest.mark.parametrize("missing", VERSION_1.keys, ids=lambda key: key.name)
def test_a_post_without_one_required_key_is_refused(missing: Key) -> None:
    lines = [line for line in TEXT.split("\n") if not line.startswith(f"{missing.name}: ")]
    with pytest.raises(PostError, match=f"the front matter has no {missing.name}"):
        read("\n".join(["---", "image: x.png", *lines[1:]]), POST.name)


@pytest.mark.parametrize("change", OTHERS)
def test_a_cut_post_of_any_version_is_detected(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    post = replace(POST, digest="摘要")
    use(monkeypatch, VERSION_1, OTHERS[change])
    text = render(post)
    for known in ((VERSION_1, OTHERS[change]), (VERSION_1,)):
        use(monkeypatch, *known)
        for length in range(len(text)):
            with pytest.raises(PostError):
                read(text[:length], post.name)


def test_two_versions_with_the_same_keys_are_distinguished_by_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, VERSION_1, OTHERS["a list where a string was"])
    assert render(POST).count("\n- ") == 2
    assert [read(text, POST.name).version for text in (TEXT, render(POST))] == [1, 2]


def test_only_an_optional_key_can_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Key("empty", lambda _: Plain("x"), lambda _: {})
    use(monkeypatch, VERSION_1, PostFormat(2, (*VERSION_1.keys, empty)))
    assert render(POST).split("\n")[6] == "empty: x"
    assert read(TEXT, POST.name).version == 1, "a required key is missing, so this is not version 2"
