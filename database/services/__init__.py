"""The state of a clinic's service, or of one job type at it: it tells whether jobs are sent there."""
