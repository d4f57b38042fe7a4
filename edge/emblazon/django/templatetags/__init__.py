"""`{% load emblazon %}`."""
