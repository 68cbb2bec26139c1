"""A small copy of the site with invented articles, for the demo, the tests and the benchmarks."""
