"""The verbs of `aseancan-kg desk account`, `token` and `audit`: who may use the desk, and what was done.

As in `cli`, what a verb needs is imported inside it.
"""

import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aseancan_kg import settings
from aseancan_kg.errors import InputError

if TYPE_CHECKING:
    from aseancan_kg.desk.accounts import Accounts

account = typer.Typer(help="Say who may use the desk.")
token = typer.Typer(help="Give programs access to the desk.")

Name = Annotated[str, typer.Argument(help="Name of the account, which the journal tells as the author of changes.")]
RoleName = Annotated[
    Literal["cataloguer", "editor"], typer.Option(help="A cataloguer writes drafts, an editor publishes them too.")
]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of the input.")]


@account.command("add")
def add_account(name: Name, role: RoleName, password_stdin: Stdin = False) -> None:
    """Make an account; its password is asked for."""
    from aseancan_kg.desk.accounts import Role

    accounts = _accounts()
    accounts.add(name, Role(role), _password(from_stdin=password_stdin))
    print(f"{name} may sign in as {role}.")


@account.command("password")
def set_password(name: Name, password_stdin: Stdin = False) -> None:
    """Give an account another password, which ends its sessions; its tokens stay."""
    accounts = _accounts()
    accounts.set_password(name, _password(from_stdin=password_stdin))
    print("The password is set, and whoever was signed in by the old one is signed out.")


@account.command("role")
def set_role(
    name: Name, role: Annotated[Literal["cataloguer", "editor"], typer.Argument(help="The new role.")]
) -> None:
    """Give an account another role, from now on."""
    from aseancan_kg.desk.accounts import Role

    _accounts().set_role(name, Role(role))
    print(f"{name} is {role}.")


@account.command("close")
def close_account(name: Name) -> None:
    """Close an account for good, which ends its sessions and tokens; its name stays in the journal, and taken."""
    _accounts().close(name)
    print(f"{name} is closed.")


@account.command("list")
def list_accounts() -> None:
    """Print the accounts, closed ones too."""
    for one in _accounts().accounts():
        print(f"{one.name}  {one.role}, {f'closed {one.closed[:10]}' if one.closed else f'since {one.made[:10]}'}")


@token.command("make")
def make_token(
    account: Name,
    name: Annotated[str, typer.Argument(help="Name of the token.")],
    scopes: Annotated[str, typer.Option(help="What it may do: read,draft,publish, or some of these.")] = "read",
    days: Annotated[int, typer.Option(help="Days that it lasts.")] = 90,
) -> None:
    """Make a token, and print its secret, which is shown this once."""
    print(_accounts().make_token(account, name, frozenset(filter(None, scopes.split(","))), days))


@token.command("list")
def list_tokens() -> None:
    """Print the tokens, those that have ended too; never a secret."""
    for one in _accounts().tokens():
        ends = f"revoked {one.revoked[:10]}" if one.revoked else f"until {one.expires[:10]}"
        print(f"{one.name}  {one.account}: {one.scopes}, {ends}")


@token.command("revoke")
def revoke_token(name: Annotated[str, typer.Argument(help="Name of the token.")]) -> None:
    """End a token."""
    _accounts().revoke_token(name)
    print(f"{name} is revoked.")


def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Each note as a line of JSON.")] = False,
) -> None:
    """Print what was done: who signed in, or could not; what was published; accounts and tokens."""
    for one in _accounts().notes():
        if as_json:
            print(json.dumps(asdict(one), ensure_ascii=False))
        else:
            print("  ".join(filter(None, (one.at, one.actor or "nobody", one.event, one.detail, one.client))))


def _accounts() -> "Accounts":
    from aseancan_kg.desk.accounts import Accounts
    from aseancan_kg.desk.database import Database

    return Accounts(Database(settings.read(os.environ).journal))


def _password(*, from_stdin: bool) -> str:
    """Return a password that is typed twice, or the first line of the input.

    It is never an argument: those can be read by everybody on the machine, and stay in the history of the shell.
    """
    if not from_stdin and not sys.stdin.isatty():
        raise InputError("there is no terminal to ask for the password", remedy="Give it by --password-stdin.")
    if not from_stdin:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        return sys.stdin.buffer.readline().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError("the password is not UTF-8", remedy="Encode it as UTF-8.") from error
