"""Who is told of what: events about troubles, and the automations that tell them."""
