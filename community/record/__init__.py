"""The public record: a reader of the log that writes down, in a chain of digests, what a company might rather forget.

Nouns: RecordEntry, RecordPart (its words), RecordHead (signed). Events: record.grown, record.signed.
"""
