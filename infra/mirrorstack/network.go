package mirrorstack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
)

func (s *stack) newNetwork() network {
	var n network
	switch s.props.Network.Kind {
	case settings.NetworkExisting:
		n = s.existingNetwork()
	case settings.NetworkPrivate:
		n = s.privateNetwork()
	default:
		n = s.publicNetwork()
	}
	group := awsec2.NewSecurityGroup(s.scope, jsii.String("Security"), &awsec2.SecurityGroupProps{
		Vpc: n.vpc,
		Description: jsii.String(
			"Jobs of the mirror: they connect to registries and AWS and nothing connects to them",
		),
		AllowAllOutbound: jsii.Bool(false),
	})
	for _, port := range s.props.Network.EgressPorts {
		group.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(port)),
			jsii.String(fmt.Sprintf("Registries and AWS on port %d", port)), nil)
	}
	n.security = group
	if s.props.Network.Kind == settings.NetworkPrivate {
		s.addEndpoints(n)
	}
	return n
}

func (s *stack) existingNetwork() network {
	n := network{publicIP: s.props.Network.PublicIP}
	n.vpc = awsec2.Vpc_FromVpcAttributes(s.scope, jsii.String("Network"), &awsec2.VpcAttributes{
		VpcId: &s.props.Network.VPC,
		// CDK wants one; the subnets, which are given by themselves, have theirs.
		AvailabilityZones: &[]*string{awscdk.Fn_Select(jsii.Number(0), awscdk.Fn_GetAzs(nil))},
	})
	for i, id := range s.props.Network.Subnets {
		name := fmt.Sprintf("Subnet%d", i+1)
		n.subnets = append(n.subnets, awsec2.Subnet_FromSubnetId(s.scope, &name, &id))
	}
	return n
}

func (s *stack) publicNetwork() network {
	vpc := s.newVPC(0, true, &awsec2.SubnetConfiguration{
		Name:       jsii.String("public"),
		SubnetType: awsec2.SubnetType_PUBLIC,
		// A Fargate job asks for its address; an instance can't.
		MapPublicIpOnLaunch: &s.props.Compute.EC2,
	})
	return network{vpc: vpc, subnets: *vpc.PublicSubnets(), publicIP: true}
}

func (s *stack) privateNetwork() network {
	gateways := s.props.Network.NATGateways
	if gateways == 0 {
		vpc := s.newVPC(0, false, &awsec2.SubnetConfiguration{
			Name: jsii.String("isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED,
		})
		return network{vpc: vpc, subnets: *vpc.IsolatedSubnets()}
	}
	vpc := s.newVPC(gateways, true,
		&awsec2.SubnetConfiguration{
			Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC,
			MapPublicIpOnLaunch: jsii.Bool(false), CidrMask: jsii.Number(28),
		},
		&awsec2.SubnetConfiguration{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS})
	return network{vpc: vpc, subnets: *vpc.PrivateSubnets()}
}

// newVPC makes a VPC in which S3 and DynamoDB are reached by gateways, for nothing.
func (s *stack) newVPC(gateways int, internet bool, subnets ...*awsec2.SubnetConfiguration) awsec2.Vpc {
	props := &awsec2.VpcProps{
		IpAddresses:         awsec2.IpAddresses_Cidr(jsii.String("10.0.0.0/20")),
		NatGateways:         jsii.Number(gateways),
		SubnetConfiguration: &subnets,
		// It would take a function of CDK's own with rights on security groups; no rule names the default group.
		RestrictDefaultSecurityGroup: jsii.Bool(false),
	}
	if named := s.props.Network.Zones; len(named) > 0 {
		props.AvailabilityZones = texts(named...)
	} else {
		props.MaxAzs = jsii.Number(s.props.Network.ZoneCount())
	}
	vpc := awsec2.NewVpc(s.scope, jsii.String("Network"), props)
	s.addGateways(vpc, internet)
	return vpc
}
