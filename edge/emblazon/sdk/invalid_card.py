"""The one error of the SDK's `Card`."""


class InvalidCard(ValueError):
    """The card cannot be made as given; the message says which argument is wrong and why."""
