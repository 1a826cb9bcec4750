"""The control API below `/sandbox/`: act as a person, look at everything. For tests and the page, not for the app."""
