"""The HTTP API with which a clinic's own system hands jobs over and reads them back."""
