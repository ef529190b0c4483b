"""Leases, probes and the taking up of `intake` go on beside the sending."""
