"""A body's codes are held against the clinic's copy of BPJS's references."""
