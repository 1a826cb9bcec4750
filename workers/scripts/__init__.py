"""What an action's script needs on a machine: files, variables, helper functions, and the command."""

from workers.scripts.bundles import Bundle, UnknownSyntax, UnusableVariable, bundle, said_of, usable

__all__ = ["Bundle", "UnknownSyntax", "UnusableVariable", "bundle", "said_of", "usable"]
