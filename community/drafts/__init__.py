"""Drafts: what somebody has begun to write, by place, on every device. Nouns: Draft. They are not in the log."""
