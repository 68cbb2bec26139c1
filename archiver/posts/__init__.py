"""Posts: articles as files of a Jekyll site. Writes them and reads them."""

from __future__ import annotations

from archiver.posts.post import Post, StoredPost
from archiver.posts.read import PostError, read
from archiver.posts.render import render

__all__ = ["Post", "PostError", "StoredPost", "read", "render"]
