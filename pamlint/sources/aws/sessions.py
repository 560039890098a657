"""Sessions and clients: one session for each role, every client made under one lock, one loader of service models for all."""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import suppress
from functools import cache, partial
from threading import RLock
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import NoCredentialsError, UnknownRegionError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader
from botocore.session import Session

from pamlint import __version__
from pamlint.sources.aws.access import Access
from pamlint.sources.aws.calls import CAUGHT
from pamlint.sources.aws.inventory import ASKED, READ
from pamlint.sources.patience import within

HOME = "us-east-1"
"""The region that is asked where neither the options nor the profile name one."""
_KEPT = 32
_GLANCE = 1.0
"""So many seconds credentials may take that are wanted only to be hidden."""
_SECRETS = (
    (re.compile(r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b"), "***"),
    (re.compile(r"(?i)\b(credential|signature|x-amz-security-token|security-?token)\b(\s*[=:]\s*)[^\s,&;]+"), r"\1\2***"),
    (re.compile(r"://[^\s/@]+@"), "://***@"),
)


class Sessions:
    """Makes clients; may be used from several threads."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock = RLock()
        self._sessions: OrderedDict[str, boto3.Session] = OrderedDict()
        self._issued: set[str] = set()

    def client(self, service: str, role: str = "", region: str = "") -> Any:
        """A client of a service in a region, with the role's credentials or, where it is empty, with one's own."""
        with self._lock:
            return _Bounded(self._client(self._session(role), service, region), self._access.patience)

    def without_secrets(self, text: str) -> str:
        """The text without anything that is a credential, or looks like a part of one."""
        for secret in sorted(self._known_secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
        return text

    def _session(self, role: str) -> boto3.Session:
        if role in self._sessions:
            self._sessions.move_to_end(role)
            return self._sessions[role]
        events = HierarchicalEmitter()
        core = Session(profile=self._access.profile or None, event_hooks=events)
        core.register_component("event_emitter", events)  # botocore emits no old names, which each client would look for anew
        core.register_component("data_loader", _loader())
        if role:
            core.register_component("credential_provider", CredentialResolver([_Assumed(self._credentials(role))]))
        self._sessions[role] = boto3.Session(botocore_session=core)
        if len(self._sessions) > _KEPT:
            self._sessions.popitem(last=False)
        return self._sessions[role]

    def _credentials(self, role: str) -> DeferredRefreshableCredentials:
        """Credentials of a role that renew themselves, taken with those of the role before it or with one's own."""
        first = self._access.assume_role
        source = self._session(first if role != first else "")
        own = source.get_credentials()
        if own is None:
            raise NoCredentialsError
        creator = partial(self._client, source)
        fetcher = AssumeRoleCredentialFetcher(creator, own, role, {"RoleSessionName": "pamlint"})

        def fetch() -> dict[str, Any]:
            found: dict[str, Any] = fetcher.fetch_credentials()
            self._issued.update(str(found[name]) for name in ("access_key", "secret_key", "token") if found.get(name))
            return found

        return DeferredRefreshableCredentials(fetch, "assume-role")

    def _client(self, session: boto3.Session, service: str, region: str = "", **keys: str) -> Any:
        access = self._access
        with self._lock:
            return session.client(
                service,
                region_name=region or self._home(session),
                endpoint_url=access.endpoint or None,
                verify=access.ca_bundle or None,
                config=Config(
                    connect_timeout=access.connect_timeout,
                    read_timeout=access.read_timeout,
                    retries={"mode": "adaptive", "total_max_attempts": access.attempts},
                    user_agent_extra=f"pamlint/{__version__}",
                ),
                **keys,
            )

    def _home(self, session: boto3.Session) -> str:
        """The region that tells of accounts and regions: the profile's, if those that are asked for are in its partition."""
        own = session.region_name or HOME
        known = ((name, found) for name in self._access.regions if (found := _partition(session, name)))
        asked, partition = next(known, (own, None))
        if partition is None or partition == _partition(session, own):
            return str(own)
        return str(next(iter(session.get_available_regions("ec2", partition)), asked))

    def _known_secrets(self) -> set[str]:
        """All credentials that were had so far. Those that are long in coming are not waited for: nothing can hold them yet."""
        with self._lock:
            own = self._sessions.get("")
            with suppress(*CAUGHT):
                found = own.get_credentials() if own else None
                frozen = within(_GLANCE, found.get_frozen_credentials) if found else None
                self._issued.update(part for part in (frozen or ())[:3] if part)
            return set(self._issued)


class _Bounded:
    """A client whose calls end in time, be it with an OverdueError."""

    def __init__(self, client: Any, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    def __getattr__(self, operation: str) -> Any:
        return partial(within, self._seconds, getattr(self._client, operation))


class _Assumed:
    """A provider of credentials that knows one role."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, credentials: DeferredRefreshableCredentials) -> None:
        self._credentials = credentials

    def load(self) -> DeferredRefreshableCredentials:
        """The role's credentials; they are fetched when they are first used."""
        return self._credentials


def _partition(session: boto3.Session, region: str) -> str | None:
    """The part of AWS (`aws`, `aws-cn`, ...) that a region is in, by its name; None for a name like no other."""
    try:
        return str(session.get_partition_for_region(region))
    except UnknownRegionError:
        return None


class _Models(Loader):  # type: ignore[misc]
    """Service models without the operations that no audit asks for: a client makes a method of each, of which EC2 has 800."""

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> dict[str, Any]:
        """The model of a service; it is the same dictionary whenever it is asked for."""
        model: dict[str, Any] = super().load_service_model(service_name, type_name, api_version)
        if service_name in READ and "operations" in model:
            model["operations"] = {name: told for name, told in model["operations"].items() if name in ASKED}
        return model


@cache
def _loader() -> Loader:
    """The service models, which take longer to load than all else that a client needs: once for the process."""
    return _Models()
