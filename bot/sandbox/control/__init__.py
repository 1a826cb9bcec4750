"""The control API below `/sandbox/`: act as a person, look at everything. For tests and for the page, never for the app."""
