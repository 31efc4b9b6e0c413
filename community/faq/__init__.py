"""The FAQ, which builds itself of accepted and official answers that many people looked for.

Nouns: FaqEntry, FaqWording. Events: faq_entry.entered, .changed, .doubted, .left.
"""
