"""Settings: what admins change while the site runs, typed and described. Nouns: Setting. Events: setting.changed."""
