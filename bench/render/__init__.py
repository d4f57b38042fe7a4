"""How long one card takes: Emblazon beside satori and takumi."""
