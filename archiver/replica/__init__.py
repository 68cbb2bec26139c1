"""A small copy of the site with invented articles. The demo, the tests and the benchmarks use it."""
