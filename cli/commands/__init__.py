"""A file per command; each names its options and prints its answer."""
