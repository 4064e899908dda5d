"""Mainland China: data files only."""
