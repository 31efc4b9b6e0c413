"""Tags: up to five words on a topic. Nouns: Tag, TopicTag. Changes are told by `topic.edited`."""
