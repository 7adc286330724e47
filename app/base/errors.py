"""Errors that are shown to the person at the keyboard.

Everything else (`AssertionError`, `TypeError`, database errors nobody foresaw) is
a defect of ours and ends with a reference number in the log.
"""

from __future__ import annotations

from enum import StrEnum

from app.base.i18n import N_, gettext, member_name


class UserError(Exception):
    """Something the user can understand and act on.

    Subclasses set `template`; the keyword arguments fill it in when shown.
    """

    template = N_("The operation could not be completed.")

    def __init__(self, template: str | None = None, **params: object) -> None:
        if template is not None:
            self.template = template
        super().__init__(self.template)
        self.params = params

    def user_message(self) -> str:
        """Return the translated sentence to show; members of enums go by their names."""
        shown = {
            name: member_name(value) if isinstance(value, StrEnum) else value
            for name, value in self.params.items()
        }
        return gettext(self.template).format(**shown)

    def __str__(self) -> str:
        return self.template.format(**self.params)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the fields have to come along.
        return (_rebuilt, (type(self), self.template, self.params))


def _rebuilt(kind: type[UserError], template: str, params: dict[str, object]) -> UserError:
    error = kind.__new__(kind)
    UserError.__init__(error, template, **params)
    return error


class Cancelled(UserError):
    """The user stopped a long job; nothing was saved."""

    template = N_("Cancelled. Nothing was changed.")


class BadAmount(UserError):
    """A text could not be read as an amount."""

    template = N_("“{text}” is not an amount in yuan with up to two decimals.")


class BadDate(UserError):
    """A text could not be read as a date or a time."""

    template = N_("“{text}” is not a date or time.")


class NotAllowed(UserError):
    """The actor lacks the permission."""

    template = N_("{name} is not allowed to do this ({permission}).")


class WrongState(UserError):
    """A thing is not in the state that the step asks for."""

    template = N_("This is not possible in the present state ({now} → {then}).")


class NotFound(UserError):
    """What was named does not exist."""

    template = N_("{what} “{key}” does not exist.")


class WrongInput(UserError):
    """A value that the user gave cannot be used."""

    template = N_("“{value}” cannot be used for {field}.")


class DayClosed(UserError):
    """Something would change a closed day."""

    template = N_("{day} is closed. Reopen it or choose a later day.")
