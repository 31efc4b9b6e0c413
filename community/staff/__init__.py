"""Staff: who speaks for the brand, since when and until when.

Nouns: Grant (a role with dates), StaffProfile. Events: role.granted, role.ended, staff.profile_changed.
"""
