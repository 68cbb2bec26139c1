"""The post: an article as a file of a Jekyll site, and back."""

from __future__ import annotations

from archiver.posts.post import Post, StoredPost
from archiver.posts.read import PostError, read
from archiver.posts.render import render

__all__ = ["Post", "PostError", "StoredPost", "read", "render"]
