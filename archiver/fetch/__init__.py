"""From a request to a whole answer, or to the named reason why there is none."""
