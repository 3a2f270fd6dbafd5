package server

import (
	"slices"
	"strings"
)

// secretKey is every account's secret access key: signatures are not verified.
const secretKey = "localstack"

// Environment is what makes programs and the AWS CLI use this server as the home
// account: NAME=VALUE pairs for the AWS SDK and for the programs of this project.
func (s *Server) Environment() []string {
	return append(s.awsEnvironment(s.opts.Account, s.opts.Region), deployedEnvironment...)
}

// jobEnvironment is what jobs of an account get beside what their job definition says.
func (s *Server) jobEnvironment(account, region string) []string {
	return slices.Concat(s.awsEnvironment(account, region), s.opts.JobEnvironment)
}

func (s *Server) awsEnvironment(account, region string) []string {
	insecure := append([]string{s.addr}, s.opts.InsecureRegistries...)
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL(),
		"AWS_ACCESS_KEY_ID=" + account,
		"AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region, // for version 1 of the AWS CLI
		"AWS_EC2_METADATA_DISABLED=true",
		"MIRROR_INSECURE_REGISTRIES=" + strings.Join(insecure, ","),
	}
}
