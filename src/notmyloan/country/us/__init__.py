"""United States: data files only, so far numbers and the first steps after identity theft."""
