"""Who may open the page and use the HTTP API, who is logged in, and what they did."""
