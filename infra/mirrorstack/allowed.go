package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"ecrmirror/infra/settings"
)

// allowedDestinations returns the patterns of what may be written, as the programs read them.
func (s *stack) allowedDestinations() []string {
	var list []string
	for _, pattern := range s.props.Registries.AllowedDestinations {
		if pattern != settings.AllowedOwn {
			list = append(list, pattern)
			continue
		}
		list = append(list, "ecr:"+*awscdk.Aws_ACCOUNT_ID())
		for _, account := range s.props.Registries.OtherAccounts() {
			list = append(list, "ecr:"+account)
		}
		if s.props.PublicAccess() == settings.PublicWrite {
			list = append(list, "public.ecr.aws")
		}
	}
	return list
}
