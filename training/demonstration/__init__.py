"""An invented partnership with the published figures, to try Muster with."""
