"""Which accounts and regions are there to be read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import NoCredentialsError, ProfileNotFound

from pamlint.model.errors import UserError
from pamlint.model.resource import Problem
from pamlint.model.scope import Scope, Survey
from pamlint.sources.aws.access import Access
from pamlint.sources.aws.calls import CAUGHT, Failure, failure, pages
from pamlint.sources.aws.sessions import Sessions

_AT_ONCE = 16
_ARN = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_NAME = re.compile(r"[\w+=,.@/-]+", re.ASCII)
_ID = re.compile(r"\d{12}", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")
_IDLE = frozenset({"PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"})
"""The states of an account in which nobody can use it; any other is entered, and told if that fails."""
_NO_CREDENTIALS = (
    "there are no AWS credentials: name a profile, or set them in the environment as the AWS command line takes them"
)


class _Account(NamedTuple):
    """An account and the role that is taken to read it."""

    id: str
    role: str


class _Accounts(NamedTuple):
    """Those that are to be read, why others cannot be, and a line on those that nobody reads."""

    found: Sequence[_Account]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


class _Regions(NamedTuple):
    """What an account says of its regions: those that are enabled, and those that are not."""

    enabled: tuple[str, ...]
    others: tuple[str, ...]


def survey(access: Access) -> Survey:
    """Every region of every account that the options mean, sorted; accounts that cannot be listed or entered are problems.

    Raises UserError where the profile, an account, a region or the file of certificates does not exist, where a role, an account
    or an endpoint is written as none can be, and where there are no credentials.
    """
    _refuse_options(access)
    try:
        return _survey(access, Sessions(access))
    except ProfileNotFound as error:
        raise UserError(f"{error}: `aws configure list-profiles` lists them") from None
    except NoCredentialsError:
        raise UserError(_NO_CREDENTIALS) from None


def _survey(access: Access, sessions: Sessions) -> Survey:
    try:
        caller = sessions.client("sts", access.assume_role).get_caller_identity()
        own, partition = str(caller["Account"]), str(caller["Arn"]).split(":")[1]
    except (NoCredentialsError, ProfileNotFound):
        raise
    except CAUGHT as error:
        return Survey((), (_problem("aws", "No account can be entered", failure("sts:GetCallerIdentity", error), sessions),))
    accounts, refused, notes = _accounts(access, sessions, _Account(own, access.assume_role), partition)
    problems = list(refused)
    with ThreadPoolExecutor(min(_AT_ONCE, max(len(accounts), 1))) as pool:
        found = list(pool.map(lambda account: _regions(access, sessions, account), accounts))
    scopes: list[Scope] = []
    for account, regions in zip(accounts, found, strict=True):
        if isinstance(regions, Problem):
            problems.append(regions)
            continue
        _refuse_unknown(access, regions)
        for region in access.regions or regions.enabled:
            if region in regions.others:
                problems.append(_disabled(account, region))
            else:
                scopes.append(Scope("aws", account.id, region, account.role))
    return Survey(tuple(sorted(set(scopes))), tuple(sorted(problems, key=lambda problem: problem.subject)), notes)


def _accounts(access: Access, sessions: Sessions, own: _Account, partition: str) -> _Accounts:
    """The accounts to be read, and those that cannot be."""
    name = access.organization_role

    def entered(account: str) -> _Account:
        return own if account == own.id else _Account(account, f"arn:{partition}:iam::{account}:role/{name}")

    if access.accounts:
        strangers = [account for account in access.accounts if account != own.id]
        if strangers and not name:
            raise UserError(
                f"the credentials are of account {own.id}, not of {', '.join(strangers)}: "
                "name the role that is to be taken there, as in --organization ROLE"
            )
        return _Accounts([entered(account) for account in dict.fromkeys(access.accounts)])
    if not name:
        return _Accounts([own])
    try:
        client = sessions.client("organizations", access.assume_role)
        listed = [account for page in pages(client, "list_accounts", "Accounts") for account in page]
        found = {str(account["Id"]): _status(account) for account in listed}
    except CAUGHT as error:
        told = failure("organizations:ListAccounts", error)
        return _Accounts([own], (_problem("aws", "The accounts of the organization cannot be listed", told, sessions),))
    active = [entered(account) for account, status in found.items() if status not in _IDLE]
    return _Accounts(active, (), _closed(found))


def _status(account: dict[str, Any]) -> str:
    return str(account.get("State") or account.get("Status"))


def _regions(access: Access, sessions: Sessions, account: _Account) -> _Regions | Problem:
    """What an account says of its regions; where it may not be asked, the regions that are given are taken as they are."""
    try:
        client = sessions.client("ec2", account.role)
        (listed,) = pages(client, "describe_regions", "Regions", AllRegions=True)
        enabled = [str(region["RegionName"]) for region in listed if region.get("OptInStatus") != "not-opted-in"]
        others = [str(region["RegionName"]) for region in listed if region.get("OptInStatus") == "not-opted-in"]
    except CAUGHT as error:
        told = failure("ec2:DescribeRegions", error)
        if access.regions and not told.lasting:
            return _Regions(access.regions, ())
        return _problem(f"aws/{account.id}", f"Account {account.id} cannot be entered", told, sessions)
    return _Regions(tuple(enabled), tuple(others))


def _refuse_options(access: Access) -> None:
    if access.ca_bundle and not Path(access.ca_bundle).is_file():
        raise UserError(f"there is no file {access.ca_bundle} with certificates to trust")
    if access.endpoint and not _ADDRESS.fullmatch(access.endpoint):
        raise UserError("--endpoint: this is no address like https://HOST:PORT")
    if strange := next((account for account in access.accounts if not _ID.fullmatch(account)), None):
        raise UserError(f"--account: {strange!r} is no id of an account, which has 12 digits")
    if access.assume_role and not _ARN.fullmatch(access.assume_role):
        raise UserError(f"--assume-role: {access.assume_role!r} is no ARN of a role, like arn:aws:iam::111122223333:role/NAME")
    if access.organization_role and not _NAME.fullmatch(access.organization_role):
        raise UserError(
            f"--organization: {access.organization_role!r} is no name of a role; the same in each account, so it is no ARN"
        )


def _refuse_unknown(access: Access, regions: _Regions) -> None:
    known = (*regions.enabled, *regions.others)
    for region in access.regions:
        if region not in known:
            near: Sequence[str] = difflib.get_close_matches(region, known, 1)
            raise UserError(f"there is no region {region!r}" + (f"; is {near[0]} meant?" if near else ""))


def _problem(subject: str, what: str, told: Failure, sessions: Sessions) -> Problem:
    message = sessions.without_secrets(f"{what}: {told.call} said: {told.words}")
    return Problem("unreadable-input", subject, message, told.tip, root=subject)


def _disabled(account: _Account, region: str) -> Problem:
    subject = f"aws/{account.id}/{region}"
    told = f"Region {region} is not enabled in account {account.id}, so nothing is known of it."
    return Problem("unreadable-input", subject, told, "Leave the region out, or enable it.", root=subject)


def _closed(found: Mapping[str, str]) -> tuple[str, ...]:
    """A line for each state in which nobody can use an account, with the accounts that are in it."""
    return tuple(
        f"left out, for nobody can enter them: accounts of the organization that are {status.lower().replace('_', ' ')} "
        f"({', '.join(sorted(account for account, own in found.items() if own == status))})"
        for status in sorted(_IDLE.intersection(found.values()))
    )
