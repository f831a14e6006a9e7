"""The one base of all errors that a person may read."""

from okaeri.foundation.text import Text


class OkaeriError(Exception):
    """One sentence that says what is wrong, where, and what to do, in both languages.

    `code` is a stable word for programs ("unknown_setting"); `exit_code` is what a command ends with.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class InputError(OkaeriError):
    """What was given (a file, a value, an option) cannot be used; nothing was changed."""

    code = "bad_input"
    exit_code = 2


class NotFoundError(OkaeriError):
    """What was asked for by id or name does not exist."""

    code = "not_found"
    exit_code = 3


class ConfigurationError(OkaeriError):
    """A setting is unknown or has a value that cannot be used; the product refuses to start."""

    code = "configuration"
    exit_code = 4


_BUSY = Text(
    "いま混み合っています。少し待ってからもう一度送ってください。",
    "The shop is busy at the moment; send this again in a little while.",
)


class BusyError(OkaeriError):
    """Nothing was stored: too many wait, or the database did not let go. Sending it again is right."""

    code = "busy"

    def __init__(self, message: Text = _BUSY) -> None:
        super().__init__(message)
