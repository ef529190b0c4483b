"""Storage: tables, transactions, seals, files and clocks. It knows nothing of what the rows mean."""
