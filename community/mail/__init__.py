"""Mail: a reader of the log that fills the outbox, and a sender that empties it. Nouns: OutgoingMail."""
