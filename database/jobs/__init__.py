"""The life of one job: handed over, placed in its chain, claimed, moved, corrected, settled."""
