"""One spider for each kind of page. The spiders take everything about a site from its profile."""
