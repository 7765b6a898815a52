"""What monitors of robots share: formulas and the spans in which a condition held."""
