"""emblazon_warm  have cards drawn before a crawler comes."""
