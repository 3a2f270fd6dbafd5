"""Writes types.json: what this stand-in wants to know of CloudFormation's resource types.

CloudFormation publishes a JSON schema for each type. The package cfn-lint brings all of them
along; give the directory of its data:

    python3 trim.py .../cfnlint/data/schemas > types.json
"""

import json
import sys

TYPES = """
AWS::Batch::ComputeEnvironment AWS::Batch::JobDefinition AWS::Batch::JobQueue
AWS::CDK::Metadata AWS::CloudFormation::WaitConditionHandle
AWS::CloudWatch::Alarm AWS::CloudWatch::Dashboard
AWS::DynamoDB::Table
AWS::EC2::EIP AWS::EC2::InternetGateway AWS::EC2::LaunchTemplate AWS::EC2::NatGateway AWS::EC2::Route
AWS::EC2::RouteTable AWS::EC2::SecurityGroup AWS::EC2::SecurityGroupEgress AWS::EC2::SecurityGroupIngress
AWS::EC2::Subnet AWS::EC2::SubnetRouteTableAssociation AWS::EC2::VPC AWS::EC2::VPCEndpoint AWS::EC2::VPCGatewayAttachment
AWS::Events::Rule
AWS::IAM::InstanceProfile AWS::IAM::ManagedPolicy AWS::IAM::Policy AWS::IAM::Role
AWS::Lambda::EventInvokeConfig AWS::Lambda::Function AWS::Lambda::Permission
AWS::Logs::LogGroup AWS::Logs::ResourcePolicy
AWS::SNS::Subscription AWS::SNS::Topic AWS::SNS::TopicPolicy
AWS::SQS::Queue AWS::SQS::QueuePolicy
AWS::SSM::Parameter
""".split()


def names(pointers):
    return sorted({p.removeprefix("/properties/") for p in pointers or []})


def tags(schema):
    tagging = schema.get("tagging", {})
    if tagging.get("tagProperty") != "/properties/Tags" or not tagging.get("taggable"):
        return ""
    value = schema["properties"]["Tags"]
    if "$ref" in value:
        value = schema["definitions"][value["$ref"].split("/")[-1]]
    kind = value.get("type")
    return "list" if kind == "array" else "map"


def trimmed(schema):
    read_only = names(schema.get("readOnlyProperties"))
    return {
        "properties": sorted(p for p in schema["properties"] if p not in read_only),
        "required": sorted(schema.get("required", [])),
        "createOnly": names(schema.get("createOnlyProperties")),
        "conditionalCreateOnly": names(schema.get("conditionalCreateOnlyProperties")),
        "attributes": [p for p in read_only if "/" not in p],
        "identifier": names(schema["primaryIdentifier"]),
        "tags": tags(schema),
    }


def main(data):
    with open(data + "/providers/us-east-1.json") as f:
        files = json.load(f)
    types = {}
    for name in TYPES:
        with open(f"{data}/resources/{files[name]}.json") as f:
            types[name] = trimmed(json.load(f))
    json.dump(types, sys.stdout, indent=1)
    print()


main(sys.argv[1])
