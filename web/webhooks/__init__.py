"""Webhooks tell a clinic's own system which of its jobs changed (Standard Webhooks specification)."""
