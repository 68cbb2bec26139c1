"""What readers get, made from posts and index."""
