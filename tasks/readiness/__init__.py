"""What a job lacks is said before it is handed over, from this clinic's own tables; BPJS is never asked."""
