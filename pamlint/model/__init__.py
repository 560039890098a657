"""The nouns and their algebra; nothing in here imports anything else of pamlint."""
