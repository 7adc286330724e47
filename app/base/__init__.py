"""Vocabulary that every step shares: money, dates, errors, texts, progress."""
