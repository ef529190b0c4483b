"""Asks BPJS what the contract leaves open (contract 0), by safe reads, and tells it without any data."""
