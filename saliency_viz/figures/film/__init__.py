"""A caption word by word, as a film."""
