"""Changes of posts, and opening a topic, which writes its first post."""

from community.posts.actions.edit import EditConflict, edit_post
from community.posts.actions.open_topic import open_topic
from community.posts.actions.remove import remove_post, restore_post
from community.posts.actions.write import Written, write_post

__all__ = ["EditConflict", "Written", "edit_post", "open_topic", "remove_post", "restore_post", "write_post"]
