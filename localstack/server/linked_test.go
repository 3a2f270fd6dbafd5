package server_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"ecrmirror/localstack/server"
)

// TestServiceLinkedRoles makes one for each service, once in an account.
func TestServiceLinkedRoles(t *testing.T) {
	s := start(t, server.Options{})
	client := awsiam.NewFromConfig(s.Config())
	for _, c := range []struct{ service, role, refused string }{
		{"batch.amazonaws.com", "AWSServiceRoleForBatch", ""},
		{"ecs.amazonaws.com", "AWSServiceRoleForECS", ""},
		{"spot.amazonaws.com", "AWSServiceRoleForEC2Spot", ""},
		{"batch.amazonaws.com", "", "InvalidInput"},
		{"nothing.amazonaws.com", "", "InvalidInput"},
	} {
		made, err := client.CreateServiceLinkedRole(t.Context(),
			&awsiam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String(c.service)})
		if c.refused != "" {
			if status, code, _ := refusedAs(err); status != 400 || code != c.refused {
				t.Errorf("%s: %v", c.service, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		found, err := client.GetRole(t.Context(), &awsiam.GetRoleInput{RoleName: aws.String(c.role)})
		if err != nil || aws.ToString(found.Role.Arn) != aws.ToString(made.Role.Arn) ||
			aws.ToString(found.Role.Path) != "/aws-service-role/"+c.service+"/" {
			t.Errorf("%s: %v, %v", c.service, found, err)
		}
	}
}
