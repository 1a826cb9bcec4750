"""What reaches the app: Socket Mode, payloads, trigger ids, response URLs, and what an ack means."""
