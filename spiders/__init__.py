"""One spider for each kind of page; what a site is like, they learn from its profile."""
