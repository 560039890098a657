"""What reading a region costs, beside boto3 alone reading the same pages: `python -m benchmarks.live_aws [GROUPS [RULES]]`.

A process of its own answers from memory, so that its work is not counted. Both sides parse the same bytes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

GROUPS, RULES, PAGE = 5_000, 20, 1_000
MOST_TIMES, MOST_MEGABYTES = 3, 700
REGION, ACCOUNT = "eu-central-1", "111122223333"
EMPTY = {
    "DescribeVpcs": "vpcSet",
    "DescribeSubnets": "subnetSet",
    "DescribeSecurityGroupVpcAssociations": "securityGroupVpcAssociationSet",
    "DescribeNetworkAcls": "networkAclSet",
    "DescribeManagedPrefixLists": "prefixListSet",
    "DescribeNetworkInterfaces": "networkInterfaceSet",
    "DescribeInstances": "reservationSet",
    "DescribeRouteTables": "routeTableSet",
    "DescribeInternetGateways": "internetGatewaySet",
    "DescribeVpcBlockPublicAccessExclusions": "vpcBlockPublicAccessExclusionSet",
}
READ = (("describe_security_groups", "SecurityGroups"), ("describe_security_group_rules", "SecurityGroupRules"))


def _cidr(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/32"


def _group(group: int, rules: int) -> str:
    permissions = "".join(
        f"<item><ipProtocol>tcp</ipProtocol><fromPort>{1024 + rule}</fromPort><toPort>{1024 + rule}</toPort><groups/>"
        f"<ipRanges><item><cidrIp>{_cidr(group * rules + rule)}</cidrIp><description>rule {rule}</description></item></ipRanges>"
        "<ipv6Ranges/><prefixListIds/></item>"
        for rule in range(rules)
    )
    return (
        f"<item><ownerId>{ACCOUNT}</ownerId><groupId>sg-{group:017x}</groupId><groupName>group-{group}</groupName>"
        f"<groupDescription>Group {group}</groupDescription><vpcId>vpc-0</vpcId><ipPermissions>{permissions}</ipPermissions>"
        f"<ipPermissionsEgress/><tagSet><item><key>Name</key><value>group-{group}</value></item></tagSet></item>"
    )


def _rule(number: int, rules: int) -> str:
    port = 1024 + number % rules
    return (
        f"<item><securityGroupRuleId>sgr-{number:017x}</securityGroupRuleId><groupId>sg-{number // rules:017x}</groupId>"
        f"<groupOwnerId>{ACCOUNT}</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>{port}</fromPort>"
        f"<toPort>{port}</toPort><cidrIpv4>{_cidr(number)}</cidrIpv4>"
        f"<description>rule {number % rules}</description><tagSet/></item>"
    )


def answers(groups: int, rules: int) -> dict[tuple[str, str], bytes]:
    """Every answer by action and token."""
    found = {}
    total = groups * rules
    for action, tag, count, item in (
        ("DescribeSecurityGroups", "securityGroupInfo", groups, _group),
        ("DescribeSecurityGroupRules", "securityGroupRuleSet", total, _rule),
    ):
        for start in range(0, count, PAGE):
            more = f"<nextToken>{start + PAGE}</nextToken>" if start + PAGE < count else ""
            items = "".join(item(number, rules) for number in range(start, min(start + PAGE, count)))
            found[action, str(start) if start else ""] = _wrapped(action, f"<{tag}>{items}</{tag}>{more}")
    for action, tag in EMPTY.items():
        found[action, ""] = _wrapped(action, f"<{tag}/>")
    options = "vpcBlockPublicAccessOptions"
    mode = f"<{options}><internetGatewayBlockMode>off</internetGatewayBlockMode></{options}>"
    found["DescribeVpcBlockPublicAccessOptions", ""] = _wrapped("DescribeVpcBlockPublicAccessOptions", mode)
    return found


def _wrapped(action: str, body: str) -> bytes:
    space = "http://ec2.amazonaws.com/doc/2016-11-15/"
    return f'<?xml version="1.0"?><{action}Response xmlns="{space}"><requestId>0</requestId>{body}</{action}Response>'.encode()


def serve(groups: int, rules: int) -> None:
    """Answer from memory until the process is ended; the port is written to standard output."""
    prepared = answers(groups, rules)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = prepared[form["Action"][0], form.get("NextToken", [""])[0]]
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def server(groups: int, rules: int) -> Iterator[str]:
    """The server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.live_aws", "serve", str(groups), str(rules)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def bare(url: str) -> None:
    """boto3 alone: each page is parsed, and let go."""
    import boto3

    client = boto3.client("ec2", region_name=REGION, endpoint_url=url)
    for operation, key in READ:
        token = ""
        while True:
            answer = getattr(client, operation)(MaxResults=PAGE, **({"NextToken": token} if token else {}))
            assert answer[key]
            if not (token := answer.get("NextToken", "")):
                break


def read(url: str) -> None:
    """pamlint: the region as resources of Terraform, and their ACLs."""
    from pamlint.clouds import convert
    from pamlint.model.scope import Scope
    from pamlint.sources.aws import Access, Reader

    reading = Reader(Access(endpoint=url)).read(Scope("aws", ACCOUNT, REGION))
    assert reading.input.complete, reading.problems
    assert convert(reading.resources, {}).acls


def measured(what: str, url: str) -> tuple[float, float]:
    """CPU seconds and the most memory, in MB, of a process that does one of these."""
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    command = [sys.executable, "-m", "benchmarks.live_aws", what, url]
    done = subprocess.run(command, env={**os.environ, **keys}, check=True, capture_output=True, text=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def main(arguments: list[str]) -> None:
    """Measure both, or be one of the processes that are measured."""
    match arguments:
        case ["serve", groups, rules]:
            serve(int(groups), int(rules))
        case [("bare" | "read") as what, url]:
            {"bare": bare, "read": read}[what](url)
            print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        case _:
            groups, rules = (int(given) for given in (*arguments, *(GROUPS, RULES)[len(arguments) :]))
            with server(groups, rules) as url:
                told = {what: measured(what, url) for what in ("bare", "read")}
            ratio = told["read"][0] / told["bare"][0]
            print(f"{groups} groups x {rules} rules, CPU seconds and MB")
            for what, name in (("bare", "boto3 alone"), ("read", "pamlint")):
                print(f"{name:12} {told[what][0]:6.1f} s {told[what][1]:6.0f} MB")
            print(f"pamlint needs {ratio:.2f} times the CPU time of boto3 alone")
            sys.exit(ratio > MOST_TIMES or told["read"][1] > MOST_MEGABYTES)


if __name__ == "__main__":
    main(sys.argv[1:])
