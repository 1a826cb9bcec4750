"""How .NET reads and prints numbers, dates, addresses and patterns under the invariant culture; templates show it."""
