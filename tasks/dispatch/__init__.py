"""What goes on beside the sending: leases, probes, taking up what was written into `intake`."""
