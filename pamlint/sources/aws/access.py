"""What an audit of AWS is told: whose accounts, which regions, by which roles. It holds names, never credentials."""

from __future__ import annotations

from pamlint.model.noun import noun


@noun
class Access:
    """How the accounts are reached; may be sent to another process, which finds credentials of its own.

    `profile` is one of the shared configuration (empty: whatever the environment gives). `assume_role` is the ARN of a role that
    is taken first. `organization_role` is the name of the role that is taken in each account of the AWS Organization, or in each
    of `accounts` (12 digits) if those are given. `regions` empty means all that are enabled. `endpoint` and `ca_bundle` (a file)
    stand for the services' own. Time-outs are in seconds, `attempts` counts the first one.
    """

    profile: str = ""
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    assume_role: str = ""
    organization_role: str = ""
    endpoint: str = ""
    ca_bundle: str = ""
    connect_timeout: float = 10
    read_timeout: float = 60
    attempts: int = 8

    @property
    def patience(self) -> float:
        """How many seconds a call may take with all of its attempts: twice as long as if each met both time-outs."""
        return 2 * self.attempts * (self.connect_timeout + self.read_timeout)
