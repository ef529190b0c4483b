"""Questions that change nothing: the monitor, one job's page, what needs somebody, what reports count."""
