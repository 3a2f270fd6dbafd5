package mirrorstack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// longestInline is how many characters of a document stand in environments. A longer one stands in an SSM parameter, so
// that six of them leave most of an environment to what else is there.
const longestInline = 512

// documentSettings are the settings that the variables' values come from.
var documentSettings = map[string]string{
	contract.EnvAssumeRoles:         "assumeRoles",
	contract.EnvRepositoryTemplate:  "createRepositories",
	contract.EnvSignaturePolicy:     "signaturePolicy",
	contract.EnvAllowedSources:      "allowedSources",
	contract.EnvAllowedDestinations: "allowedDestinations",
	contract.EnvVerify:              "verify",
}

// newDocuments makes a parameter of each document that is too long for an environment.
func (s *stack) newDocuments() (documents, error) {
	r := s.props.Registries
	d := documents{parameters: map[string]awsssm.CfnParameter{}, texts: map[string]string{
		contract.EnvAssumeRoles:         join(r.Roles),
		contract.EnvRepositoryTemplate:  r.Template,
		contract.EnvSignaturePolicy:     r.SignaturePolicy,
		contract.EnvAllowedSources:      join(r.AllowedSources),
		contract.EnvAllowedDestinations: join(s.allowedDestinations()),
		contract.EnvVerify:              r.Verify,
	}}
	for _, variable := range slices.Sorted(maps.Keys(d.texts)) {
		text, setting := d.texts[variable], documentSettings[variable]
		switch n := len(filledIn(text)); {
		case n <= longestInline:
			continue
		case n > contract.LongestParameter:
			return d, fmt.Errorf(
				"setting %s has %d characters, and programs read it from an SSM parameter, which takes %d: %s",
				setting, n, contract.LongestParameter, shorter[setting])
		}
		id := "Setting" + strings.ToUpper(setting[:1]) + setting[1:]
		d.parameters[variable] = awsssm.NewCfnParameter(s.scope, &id, &awsssm.CfnParameterProps{
			Type: jsii.String("String"), Value: &text,
			// An advanced parameter, of more than 4,096 characters, costs $0.05 a month.
			Tier:        jsii.String("Intelligent-Tiering"),
			Description: jsii.String("Setting " + setting + " of " + s.props.Name + ": too long for an environment"),
		})
	}
	return d, nil
}

// shorter says how a setting can have fewer characters.
var shorter = map[string]string{
	"assumeRoles": "name fewer accounts in one deployment, or shorten the roles' names and paths",
	"createRepositories": "shorten the policies in it, or have ECR apply them by a repository creation template of " +
		"its own",
	"signaturePolicy":     "give fewer keys, or narrower scopes with a stricter default",
	"allowedSources":      "use patterns, as in ghcr.io/org/**",
	"allowedDestinations": "use patterns, as in ecr:*/team/**",
	"verify":              "give fewer keys, or have entries say it for their images",
}

// values returns the environment variables of documents: the document, or where it stands.
func (d documents) values(variables ...string) map[string]string {
	values := map[string]string{}
	for _, variable := range variables {
		values[variable] = d.texts[variable]
		if p, ok := d.parameters[variable]; ok {
			values[variable] = contract.FromParameter + *p.Ref()
		}
	}
	return values
}

// permissions are what reading them takes.
func (s *stack) documentPermissions(variables ...string) []permission {
	var resources []string
	for _, variable := range variables {
		if p, ok := s.documents.parameters[variable]; ok {
			resources = append(resources, s.arn("ssm", "parameter/"+*p.Ref()))
		}
	}
	if len(resources) == 0 {
		return nil
	}
	return []permission{{sid: "ReadSettings", actions: []string{"ssm:GetParameter"}, resources: resources}}
}

// version stands for what the documents in SSM are. A function reads them when it starts, which it does anew when
// something of it changes, its description for one.
func (d documents) version() string {
	if len(d.parameters) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, variable := range slices.Sorted(maps.Keys(d.parameters)) {
		_, _ = fmt.Fprintf(sum, "%s=%s\n", variable, filledIn(d.texts[variable])) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil))[:8]
}

// Which documents the programs read.
var (
	commonDocuments = []string{contract.EnvAssumeRoles, contract.EnvAllowedSources, contract.EnvAllowedDestinations}
	mirrorDocuments = append(slices.Clone(commonDocuments), contract.EnvRepositoryTemplate,
		contract.EnvSignaturePolicy, contract.EnvVerify)
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
