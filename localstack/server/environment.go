package server

import (
	"slices"
	"strings"

	"ecrmirror/localstack/identity"
)

// Environment is what makes programs and the AWS CLI use this server as the home
// account's root user: NAME=VALUE pairs for the AWS SDK and for the programs of this project.
func (s *Server) Environment() []string {
	root := []string{"AWS_ACCESS_KEY_ID=" + s.opts.Account, "AWS_SECRET_ACCESS_KEY=" + identity.RootSecret}
	return slices.Concat(s.awsEnvironment(s.opts.Region), root, deployedEnvironment)
}

// EnvironmentOf is [Server.Environment] for a session of a role, see [Server.Credentials].
func (s *Server) EnvironmentOf(role string) ([]string, error) {
	c, err := s.Credentials(role)
	return slices.Concat(s.awsEnvironment(s.opts.Region), c.Environment(), deployedEnvironment), err
}

// jobEnvironment is what jobs get beside what their job definition says, and credentials.
func (s *Server) jobEnvironment(region string) []string {
	return slices.Concat(s.awsEnvironment(region), s.opts.JobEnvironment)
}

func (s *Server) awsEnvironment(region string) []string {
	insecure := append([]string{s.addr}, s.opts.InsecureRegistries...)
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL(),
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region, // for version 1 of the AWS CLI
		"AWS_EC2_METADATA_DISABLED=true",
		"MIRROR_INSECURE_REGISTRIES=" + strings.Join(insecure, ","),
	}
}
