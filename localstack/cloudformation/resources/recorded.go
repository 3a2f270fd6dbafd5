package resources

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// recorded resources have an id and attributes, and are nowhere else.
type recorded struct {
	// attributes returns what Fn::GetAtt gives, and under "" what Ref gives.
	attributes func(r cloudformation.Request) map[string]any
}

// Create makes up an id.
func (p recorded) Create(_ context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	all := p.attributes(r)
	id, _ := all[""].(string)
	delete(all, "")
	return cloudformation.Resource{ID: id, Attributes: all}, nil
}

// Update keeps the id and all that was made up.
func (p recorded) Update(
	_ context.Context, _ cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	now := maps.Clone(was.Attributes)
	if version, ok := now["LatestVersionNumber"].(string); ok { // of a launch template
		var n int
		_, _ = fmt.Sscan(version, &n)
		now["LatestVersionNumber"] = fmt.Sprint(n + 1)
	}
	return cloudformation.Resource{ID: was.ID, Attributes: now}, nil
}

// Delete has nothing to do.
func (recorded) Delete(context.Context, cloudformation.Request, cloudformation.Resource) error {
	return nil
}

// id makes one up as those of EC2 are.
func id(prefix string) string {
	var b [9]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + "-" + hex.EncodeToString(b[:])[:17]
}

// numbered returns attributes of which one is the id itself.
func numbered(prefix, attribute string, copied ...string) func(cloudformation.Request) map[string]any {
	return func(r cloudformation.Request) map[string]any {
		made := id(prefix)
		all := map[string]any{"": made, attribute: made}
		for _, property := range copied {
			if v, ok := r.Properties[property]; ok {
				all[property] = v
			}
		}
		return all
	}
}

// nameless are resources that templates refer to by the made-up name alone.
func nameless(r cloudformation.Request) map[string]any {
	return map[string]any{"": r.Name, "Id": r.Name}
}

// joined returns an id of several properties.
func joined(attribute string, properties ...string) func(cloudformation.Request) map[string]any {
	return func(r cloudformation.Request) map[string]any {
		parts := make([]string, len(properties))
		for i, property := range properties {
			parts[i] = text(r, property)
		}
		made := strings.Join(parts, "|")
		return map[string]any{"": made, attribute: made}
	}
}

// recordings are the resources that are recorded only.
func recordings() map[string]func(cloudformation.Request) map[string]any {
	return map[string]func(cloudformation.Request) map[string]any{
		"AWS::CDK::Metadata":                       nameless,
		"AWS::CloudFormation::WaitConditionHandle": nameless,
		"AWS::EC2::EIP":                            address,
		"AWS::EC2::InternetGateway":                numbered("igw", "InternetGatewayId"),
		"AWS::EC2::LaunchTemplate":                 launchTemplate,
		"AWS::EC2::NatGateway":                     numbered("nat", "NatGatewayId"),
		"AWS::EC2::Route":                          route,
		"AWS::EC2::RouteTable":                     numbered("rtb", "RouteTableId"),
		"AWS::EC2::SecurityGroup":                  securityGroup,
		"AWS::EC2::SecurityGroupEgress":            numbered("sgr", "Id"),
		"AWS::EC2::SecurityGroupIngress":           numbered("sgr", "Id"),
		"AWS::EC2::Subnet": numbered("subnet", "SubnetId", "AvailabilityZone",
			"CidrBlock", "VpcId"),
		"AWS::EC2::SubnetRouteTableAssociation": numbered("rtbassoc", "Id"),
		"AWS::EC2::VPC":                         vpc,
		"AWS::EC2::VPCEndpoint":                 numbered("vpce", "Id"),
		"AWS::EC2::VPCGatewayAttachment":        joined("AttachmentType", "InternetGatewayId", "VpcId"),
		"AWS::IAM::InstanceProfile":             instanceProfile,
		"AWS::IAM::ManagedPolicy":               managedPolicy,
		"AWS::Lambda::Permission":               nameless,
		"AWS::Logs::ResourcePolicy":             namedBy("PolicyName"),
		"AWS::SNS::Subscription":                subscription,
		"AWS::SNS::Topic":                       topic,
		"AWS::SNS::TopicPolicy":                 nameless,
		"AWS::SQS::QueuePolicy":                 nameless,
	}
}

func address(cloudformation.Request) map[string]any {
	var b [2]byte
	_, _ = rand.Read(b[:])
	ip := fmt.Sprintf("198.51.%d.%d", b[0]%2+100, b[1]) // of the range for documentation, as far as it goes
	return map[string]any{"": ip, "PublicIp": ip, "AllocationId": id("eipalloc")}
}

func launchTemplate(cloudformation.Request) map[string]any {
	made := id("lt")
	return map[string]any{"": made, "LaunchTemplateId": made, "DefaultVersionNumber": "1", "LatestVersionNumber": "1"}
}

func route(r cloudformation.Request) map[string]any {
	cidr := text(r, "DestinationCidrBlock") + text(r, "DestinationIpv6CidrBlock") + text(r, "DestinationPrefixListId")
	return map[string]any{"": text(r, "RouteTableId") + "|" + cidr, "CidrBlock": cidr}
}

func securityGroup(r cloudformation.Request) map[string]any {
	made := id("sg")
	return map[string]any{"": made, "Id": made, "GroupId": made, "VpcId": r.Properties["VpcId"]}
}

func vpc(r cloudformation.Request) map[string]any {
	made := id("vpc")
	return map[string]any{
		"": made, "VpcId": made, "CidrBlock": r.Properties["CidrBlock"], "DefaultSecurityGroup": id("sg"),
		"DefaultNetworkAcl":     id("acl"),
		"CidrBlockAssociations": []any{id("vpc-cidr-assoc")},
	}
}

// namedBy are resources that a property names.
func namedBy(property string) func(cloudformation.Request) map[string]any {
	return func(r cloudformation.Request) map[string]any { return map[string]any{"": named(r, property)} }
}

// iamARN is the ARN of an account's own identity.
func iamARN(r cloudformation.Request, kind, property string) (name, arn string) {
	path := text(r, "Path")
	if path == "" {
		path = "/"
	}
	name = named(r, property)
	return name, "arn:" + awsjson.Partition(r.Caller.Region) + ":iam::" + r.Caller.Account + ":" + kind + path + name
}

func instanceProfile(r cloudformation.Request) map[string]any {
	name, arn := iamARN(r, "instance-profile", "InstanceProfileName")
	return map[string]any{"": name, "Arn": arn}
}

func managedPolicy(r cloudformation.Request) map[string]any {
	_, arn := iamARN(r, "policy", "ManagedPolicyName")
	return map[string]any{"": arn, "PolicyArn": arn}
}

func topic(r cloudformation.Request) map[string]any {
	name := named(r, "TopicName")
	arn := r.Caller.ARN("sns", name)
	return map[string]any{"": arn, "TopicArn": arn, "TopicName": name}
}

func subscription(r cloudformation.Request) map[string]any {
	arn := text(r, "TopicArn") + ":" + id("s")[2:]
	return map[string]any{"": arn, "Arn": arn}
}
