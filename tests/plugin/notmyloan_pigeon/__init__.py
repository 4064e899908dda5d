"""A third party's package: it adds a format, a finding and the words for them."""
