"""Packages: where they are found, how they are kept, and what is in them. Nothing here decides what is deployed."""
