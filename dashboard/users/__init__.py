"""Who may sign in: users, their passwords and sessions, and the pace of guesses."""
