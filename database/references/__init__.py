"""A clinic's copy of BPJS's reference data: kept in step, and searched."""
