"""Accounts: sign-up, sessions, passwords, confirmation and suspension.

Nouns: Account, SignIn (a session), MailedLink, ApiKey, Suspension.
Events: account.opened, account.confirmed, account.renamed, session.ended, account.suspended, suspension.lifted.
"""
