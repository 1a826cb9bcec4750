"""For tests of a deployment process: people who act in a sandbox, and what they see. pytest loads it by itself."""
