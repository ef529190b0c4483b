"""`make run` and `make demo`: a whole clinic on one machine."""
