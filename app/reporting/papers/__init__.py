"""The papers one by one: each reads its data and says what stands on it."""
