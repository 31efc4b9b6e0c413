"""What employees commit themselves to, in public: what, by when, who owns it, and what became of it.

Nouns: Commitment, CommitmentDeed. Events: commitment.made, commitment.changed, commitment.kept,
commitment.withdrawn, commitment.late.
"""
