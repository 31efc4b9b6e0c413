"""`bothways doctor`: looks over a whole site, says what it found in plain sentences, and mends what can be computed anew.

Nouns: a finding. Records `topic.recounted` of topics.
"""
