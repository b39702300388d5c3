"""What Flask-Security asks of an account: whether it is shut, and whether it must show a second factor."""

from flask_security.core import UserMixin

from training.people import tries


class GuardedUser(UserMixin):
    """Counts wrong tries of an account and says what follows from them."""

    email: str

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count a wrong try of one of `tries.WAYS`; of a second factor Flask-Security says “code”."""
        tries.note_wrong(tries.AUTHENTICATOR if tfa and auth_type == tries.CODE else auth_type, self.email)

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Whether the way by password is shut for now."""
        shut = tries.is_shut(tries.PASSWORD, self.email)
        if shut and form_error is not None:
            form_error.append(tries.SHUT)
        return shut

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002 - no browser is spared
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Whoever has a second factor is asked for it at every sign-in.

        Who needs one and has none is let in without the roles that need it, and led to setting it up.
        """
        return bool(tf_setup_methods), tf_setup_methods
