"""How Azure is reached: which cloud, by which way, with whose patience. The credential is found where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from logging import NullHandler, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pamlint import __version__
from pamlint.model.errors import UserError
from pamlint.model.noun import noun

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
    from azure.identity import DefaultAzureCredential
    from azure.mgmt.network import NetworkManagementClient

CLOUDS: Mapping[str, tuple[str, str]] = {
    "public": ("AZURE_PUBLIC_CLOUD", "AZURE_PUBLIC_CLOUD"),
    "usgovernment": ("AZURE_US_GOVERNMENT", "AZURE_GOVERNMENT"),
    "china": ("AZURE_CHINA_CLOUD", "AZURE_CHINA"),
}
"""The clouds by name: what azure-core and azure-identity call them."""
_QUIET = NullHandler()
"""What the libraries warn of is told as a problem; without a handler, Python would print it as well."""


@noun
class Access:
    """What is needed to read subscriptions, besides a credential: it holds none, so it can be sent to another machine.

    `subscriptions` are ids or names; none means all that the credential sees. `endpoint`, `authority` (both https) and `audience`
    stand in for those of `cloud`; `ca_bundle` is a file of certificates to trust. Times are in seconds: no call is made again
    once it has taken all of `patience`, and `backoff` is how long a failed one is put off, at first.

    Raises UserError for what cannot be.
    """

    subscriptions: tuple[str, ...] = ()
    tenant: str = ""
    cloud: str = "public"
    endpoint: str = ""
    authority: str = ""
    audience: str = ""
    ca_bundle: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    patience: float = 300.0
    backoff: float = 0.8

    def __post_init__(self) -> None:
        if self.cloud not in CLOUDS:
            raise UserError(f"there is no Azure cloud {self.cloud!r}; there are {', '.join(CLOUDS)}")
        for name, address in (("endpoint", self.endpoint), ("authority", self.authority)):
            if address and not address.startswith("https://"):
                raise UserError(f"the {name} {address!r} must begin with https://: tokens go there")
            if address and not address.removeprefix("https://").strip("/ "):
                raise UserError(f"the {name} {address!r} names no host")
        if self.ca_bundle and not Path(self.ca_bundle).is_file():
            raise UserError(f"there is no file {self.ca_bundle} with certificates to trust")

    @property
    def longest(self) -> float:
        """How many seconds a call may take with all of its attempts, the last of which may begin when patience ends."""
        return self.patience + self.connect_timeout + self.read_timeout

    @property
    def resource_manager(self) -> str:
        """Where the resource manager answers, without a slash at the end."""
        return (self.endpoint or str(self._known()["resource_manager"])).rstrip("/")

    @property
    def token_scope(self) -> str:
        """What tokens are asked for."""
        return f"{self.audience.rstrip('/')}/.default" if self.audience else str(self._known()["credential_scopes"][0])

    def _known(self) -> dict[str, Any]:
        from azure.core import AzureClouds
        from azure.mgmt.core.tools import get_arm_endpoints

        return get_arm_endpoints(AzureClouds[CLOUDS[self.cloud][0]])


class _Credential:
    """The credential that the surroundings give (environment, workload or managed identity, Azure CLI), for one tenant."""

    def __init__(self, inner: DefaultAzureCredential, tenant: str) -> None:
        self._inner = inner
        self._tenant = tenant

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return self._inner.get_token(*scopes, **{"tenant_id": self._tenant, **options})

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        return self._inner.get_token_info(*scopes, options={"tenant_id": self._tenant, **(options or {})})


def connect(access: Access) -> NetworkManagementClient:
    """A client that may be used from many threads. It follows no redirection, and registers no provider."""
    from azure.core.pipeline import policies
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
    from azure.mgmt.network import NetworkManagementClient

    from pamlint.sources.azure.retries import Retries

    getLogger("azure").addHandler(_QUIET)
    credential = _credential(access)
    return NetworkManagementClient(
        credential,
        "",
        access.resource_manager,
        policies=[
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(base_user_agent=f"pamlint/{__version__}"),
            policies.ProxyPolicy(),
            Retries(access.patience, access.backoff),
            ARMChallengeAuthenticationPolicy(credential, access.token_scope),
        ],
        connection_verify=access.ca_bundle or True,
        connection_timeout=access.connect_timeout,
        read_timeout=access.read_timeout,
    )


def _credential(access: Access) -> Any:
    """A custom authority is not asked about at Microsoft's: it would not be known there."""
    from azure.identity import AzureAuthorityHosts, DefaultAzureCredential

    options: dict[str, Any] = {"connection_verify": access.ca_bundle or True}
    if access.authority:
        options |= {"authority": access.authority, "disable_instance_discovery": True}
    elif access.cloud != "public":
        options["authority"] = getattr(AzureAuthorityHosts, CLOUDS[access.cloud][1])
    if not access.tenant:
        return DefaultAzureCredential(**options)
    return _Credential(DefaultAzureCredential(additionally_allowed_tenants=[access.tenant], **options), access.tenant)
