"""One job in hand, from the look before to the verdict after. Knows no Prefect."""
