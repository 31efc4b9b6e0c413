"""Notifications: a reader of the log that tells people what concerns them, in the page and by mail.

Nouns: Notification, Telling, MailChoice. Events: notifications.made, notifications.read.
"""
