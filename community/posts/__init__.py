"""Posts: what people write in a topic, its edits with public history, and removals with reason.

Nouns: Post, Edit, Removal, Submission, Source. Events: post.written, post.edited, post.removed, post.restored, post.released.
"""
