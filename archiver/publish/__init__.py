"""The output for readers, made from the posts and the index."""
