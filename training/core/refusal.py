"""How an operation says no: a sentence for the person, and the field it is about."""


class Refused(Exception):
    """The deed breaks a rule; nothing was done. `field` names the form field at fault, or is empty."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
