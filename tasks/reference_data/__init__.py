"""Codes of a body, held against the clinic's copy of BPJS's references."""
