"""Whether a clinic's service, or one job type at it, may be called: its state, and the times it was down."""
