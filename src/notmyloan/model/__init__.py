"""The ground floor: plain frozen values with their checks. No I/O, no clock, no text."""
