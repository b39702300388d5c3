"""Signing in: accounts, the ways in, second factors, passkeys, browsers that are signed in."""
