"""How anything is kept: tables, transactions, seals, files, clocks. Knows nothing of what the rows mean."""
