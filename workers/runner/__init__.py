"""The runner: a small shell program on the machine (`runner.sh`), and our end of the talk with it.

Not a place that knows how the machine is reached: that is a `Channel`, given by the built-in or the SSH worker.
"""
