"""Deploys the template by CloudFormation into moto, an AWS emulator, and reads it back.

    deploy_to_moto.py TEMPLATE EXPECTED

EXPECTED is a JSON document: for each job definition, by name, what Batch must say of it
(command, environment, retryStrategy, timeout, ...). moto's server, from the same
environment, listens on the loopback and ends with this program.
"""

import importlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import boto3
from moto.core.common_models import CloudFormationModel

STACK = "ecrmirror"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url, server):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("moto's server ended")
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("moto's server does not answer")


def known_types():
    """Returns the types of resources that this moto makes."""
    importlib.import_module("moto.cloudformation.parsing")  # which knows them all

    def below(cls):
        for sub in cls.__subclasses__():
            yield sub
            yield from below(sub)

    return {cls.cloudformation_type() for cls in below(CloudFormationModel)}


def adapt(template, service_role):
    """Returns the template as moto can take it, and says what that changed.

    Each change is of something that CloudFormation has and moto lacks; the job
    definitions, which are what is read back, stay as they are.
    """
    types = {name: r["Type"] for name, r in template["Resources"].items()}
    known, changes = known_types(), set()

    def walk(value):
        if isinstance(value, list):
            return [walk(v) for v in value]
        if not isinstance(value, dict):
            return value
        name, attribute = value.get("Fn::GetAtt", ("", ""))
        if attribute in ("ComputeEnvironmentArn", "JobQueueArn"):
            changes.add(f"{types[name]}: Ref, which is its ARN, in place of {attribute}")
            return {"Ref": name}
        if name and types[name] not in known:
            changes.add(f"{types[name]}: is not made, text in place of its {attribute}")
            return f"{name}.{attribute}"
        return {k: walk(v) for k, v in value.items()}

    adapted = walk(template)
    for r in adapted["Resources"].values():
        if r["Type"] == "AWS::Batch::ComputeEnvironment":
            changes.add(f"{r['Type']}: Type in capitals, ServiceRole named, which is optional")
            r["Properties"].update(Type=r["Properties"]["Type"].upper())
            r["Properties"].setdefault("ServiceRole", service_role)
    for name in sorted(set(types.values()) - known):
        changes.add(f"{name}: is not made")
    print("the template, as moto can take it:", *sorted(changes), sep="\n  ")
    return adapted


def deploy(client, body):
    client.create_stack(StackName=STACK, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        for event in client.describe_stack_events(StackName=STACK)["StackEvents"]:
            print(event.get("LogicalResourceId"), event.get("ResourceStatus"), event.get("ResourceStatusReason"))
        sys.exit("the stack is " + stack["StackStatus"])
    return stack


def missing(client, body):
    """Returns the resources that moto did not make, by type."""
    made = {r["LogicalResourceId"] for page in client.get_paginator("list_stack_resources").paginate(StackName=STACK)
            for r in page["StackResourceSummaries"] if r.get("PhysicalResourceId")}
    wanted = json.loads(body)["Resources"]
    return sorted({r["Type"] for name, r in wanted.items() if name not in made}), len(made), len(wanted)


def same(path, want, got, problems):
    if isinstance(want, dict) and isinstance(got, dict):
        for key, value in want.items():
            same(f"{path}.{key}", value, got.get(key), problems)
    elif isinstance(want, str) and want.startswith("~"):  # part of it
        if want[1:] not in str(got):
            problems.append(f"{path}: want {want[1:]!r} in {got!r}")
    elif want != got:
        problems.append(f"{path}: want {want!r}, got {got!r}")


def check_jobs(batch, expected):
    problems = []
    for name, want in expected.items():
        found = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
        if len(found) != 1:
            problems.append(f"{name}: {len(found)} definitions")
            continue
        got = found[0]
        env = {e["name"]: e["value"] for e in got["containerProperties"].get("environment", [])}
        got["containerProperties"]["environment"] = env
        for key in list(want.get("containerProperties", {}).get("environment", {})):
            if key not in env:
                problems.append(f"{name}: no {key}")
        same(name, want, got, problems)
        if set(env) != set(want["containerProperties"]["environment"]):
            problems.append(f"{name}: environment is {sorted(env)}")
        print(f"{name}: command {got['containerProperties']['command']}, "
              f"attempts {got['retryStrategy']['attempts']}, environment {env}, role {got['containerProperties']['jobRoleArn']}")
    return problems


def check_roles(iam, batch, expected):
    """The roles that the definitions name exist, and ECS tasks take them."""
    problems = []
    for name in expected:
        properties = batch.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"][0]["containerProperties"]
        for kind in ("jobRoleArn", "executionRoleArn"):
            role = iam.get_role(RoleName=properties[kind].rsplit("/", 1)[1])["Role"]
            if "ecs-tasks.amazonaws.com" not in json.dumps(role["AssumeRolePolicyDocument"]):
                problems.append(f"{name}: {kind} is not taken by ECS tasks")
            if not iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                problems.append(f"{name}: {kind} may do nothing")
    return problems


def main(template, expectations):
    with open(template) as f:
        original = json.load(f)
    with open(expectations) as f:
        expected = json.load(f)
    port = free_port()
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
                      AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_CONFIG_FILE=os.devnull)
    server = subprocess.Popen([os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/moto-api/data.json", server)
        cloudformation, iam = boto3.client("cloudformation"), boto3.client("iam")
        role = iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]["Arn"]
        body = json.dumps(adapt(original, role), separators=(",", ":"))
        deploy(cloudformation, body)
        unknown, made, wanted = missing(cloudformation, body)
        print(f"the stack is created: {made} of {wanted} resources")
        if unknown:
            print("moto does not make:", ", ".join(unknown))
        batch = boto3.client("batch")
        problems = check_jobs(batch, expected) + check_roles(iam, batch, expected)
    finally:
        server.terminate()
        server.wait()
    for problem in problems:
        print("wrong:", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
