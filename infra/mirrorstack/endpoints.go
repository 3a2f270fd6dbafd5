package mirrorstack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// addGateways adds the ways to S3, where ECR keeps its layers, and to DynamoDB. What the
// network has no other way to is all that their policies let pass.
func (s *stack) addGateways(vpc awsec2.Vpc, internet bool) {
	// Other registries keep their blobs in S3, too, send uploads there by presigned URLs, and this way is
	// the shortest. The jobs' roles have no rights in S3 of their own.
	reachable, actions := "*", []string{"s3:GetObject", "s3:PutObject"}
	if !internet {
		actions = actions[:1]
		reachable = fmt.Sprintf("arn:%s:s3:::prod-%s-starport-layer-bucket/*", *awscdk.Aws_PARTITION(),
			*awscdk.Aws_REGION())
	}
	layers := vpc.AddGatewayEndpoint(jsii.String("S3"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_S3(),
	})
	layers.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Layers"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    texts(actions...),
		Resources:  texts(reachable),
	}))
	entries := vpc.AddGatewayEndpoint(jsii.String("DynamoDB"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_DYNAMODB(),
	})
	entries.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TableOfEntries"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    texts(tableActions()...),
		Resources:  texts(*s.table.TableArn()),
	}))
	if s.ledger != nil {
		entries.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String("Ledger"),
			Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions:    texts(append(ledgerActions(), holdAction)...),
			Resources:  texts(*s.ledger.TableArn()),
		}))
	}
}

// addEndpoints adds the ways to what else the jobs call, so that they need no internet
// for AWS.
func (s *stack) addEndpoints(n network) {
	group := awsec2.NewSecurityGroup(s.scope, jsii.String("EndpointSecurity"), &awsec2.SecurityGroupProps{
		Vpc:              n.vpc,
		Description:      jsii.String("Endpoints of AWS services: jobs of the mirror connect to them"),
		AllowAllOutbound: jsii.Bool(false),
	})
	group.AddIngressRule(n.security, awsec2.Port_Tcp(jsii.Number(443)), jsii.String("Jobs of the mirror"), nil)
	services := []endpoint{
		{"ECRAPI", awsec2.InterfaceVpcEndpointAwsService_ECR()},
		{"ECRDocker", awsec2.InterfaceVpcEndpointAwsService_ECR_DOCKER()}, // the jobs' own image
		{"Batch", awsec2.InterfaceVpcEndpointAwsService_BATCH()},
		{"Logs", awsec2.InterfaceVpcEndpointAwsService_CLOUDWATCH_LOGS()},
		{"SSM", awsec2.InterfaceVpcEndpointAwsService_SSM()},
		{"SecretsManager", awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER()},
		{"STS", awsec2.InterfaceVpcEndpointAwsService_STS()},
	}
	if r := s.props.Registries; r.ReceiptKey != "" || len(r.PolicyKeys()) > 0 {
		services = append(services, endpoint{"KMS", awsec2.InterfaceVpcEndpointAwsService_KMS()})
	}
	if s.props.Compute.EC2 { // for the ECS agent
		services = append(services,
			endpoint{"ECS", awsec2.InterfaceVpcEndpointAwsService_ECS()},
			endpoint{"ECSAgent", awsec2.InterfaceVpcEndpointAwsService_ECS_AGENT()},
			endpoint{"ECSTelemetry", awsec2.InterfaceVpcEndpointAwsService_ECS_TELEMETRY()})
	}
	for _, e := range services {
		awsec2.NewInterfaceVpcEndpoint(s.scope, jsii.String(e.id+"Endpoint"), &awsec2.InterfaceVpcEndpointProps{
			Vpc:            n.vpc,
			Service:        e.service,
			Subnets:        n.selection(),
			SecurityGroups: &[]awsec2.ISecurityGroup{group},
			Open:           jsii.Bool(false), // to the jobs alone, not to the whole VPC
		})
	}
}

// An endpoint is a way to an AWS service.
type endpoint struct {
	id      string
	service awsec2.InterfaceVpcEndpointAwsService
}
