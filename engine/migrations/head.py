"""The newest revision. A test holds that it is the head of `versions/`."""

HEAD = "0019"
