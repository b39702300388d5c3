"""How pages are asked for and answered; knows no stage."""
