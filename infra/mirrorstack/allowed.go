package mirrorstack

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// allowedDestinations returns the patterns of what may be written, as the programs read them.
func (s *stack) allowedDestinations() []string {
	var list []string
	for _, pattern := range s.props.Registries.AllowedDestinations {
		if pattern != AllowedOwn {
			list = append(list, pattern)
			continue
		}
		list = append(list, "ecr:"+*awscdk.Aws_ACCOUNT_ID())
		for _, account := range s.props.Registries.otherAccounts() {
			list = append(list, "ecr:"+account)
		}
		if s.props.publicAccess() == PublicWrite {
			list = append(list, "public.ecr.aws")
		}
	}
	return list
}

// otherAccounts returns the accounts, besides the stack's, whose ECR is written: those with a role, and
// those of repositories that are named by ARNs. * stands for any.
func (r RegistryProps) otherAccounts() []string {
	var accounts []string
	for _, spec := range r.Roles {
		account, _, _ := strings.Cut(spec, "=")
		accounts = append(accounts, account)
	}
	for _, repository := range r.Repositories {
		if fields := strings.Split(repository, ":"); len(fields) > 5 { // arn:PARTITION:ecr:REGION:ACCOUNT:...
			accounts = append(accounts, fields[4])
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}
