"""The page BPJS FKTP and the HTTP API. Knows neither Prefect nor SQL."""
