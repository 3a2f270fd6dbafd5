package mirrorstack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rolesDirectory is where localstack has the roles that it enforces, a file for each variant.
const rolesDirectory = "../../localstack/roles"

// roleVariants are the stacks whose roles localstack can have, as a CDK context asks for
// them. Localstack runs the controller as jobs, also for pushes, which takes push=batch; the default
// and one more have the function.
var roleVariants = map[string]map[string]any{
	"default":  {},
	"batch":    {"push": "batch"},
	"mirrored": {"push": "batch", "repositories": "mirrored/*", "sourceRepositories": "mirrored/*,team/*"},
	"create": {
		"push": "batch", "createRepositories": map[string]any{
			"imageTagMutability": "IMMUTABLE", "repositoryPolicy": "{}", "lifecyclePolicy": lifecycle,
			"resourceTags":            []any{map[string]any{"Key": "team", "Value": "mirror"}},
			"encryptionConfiguration": map[string]any{"encryptionType": "KMS", "kmsKey": "alias/mirror"},
		},
		"assumeRoles": "444455556666=arn:aws:iam::444455556666:role/mirror",
	},
	"accounts": {
		"push": "batch",
		"assumeRoles": "444455556666=arn:aws:iam::444455556666:role/mirror#s3cret," +
			"222233334444=arn:aws:iam::222233334444:role/team/mirror",
		"repositories": "*,arn:aws:ecr:*:777788889999:repository/shared/*",
	},
	"logins": {
		"assumeRoles": "444455556666=arn:aws:iam::444455556666:role/mirror", "authParameter": "/mirror/logins",
		"authSecrets": "ghcr.io=mirror/ghcr,mirror/all",
		"kmsKeys":     "arn:aws:kms:us-east-1:111122223333:key/22222222-3333-4444-5555-666666666666",
	},
	"signatures": {
		"push":            "batch",
		"signaturePolicy": map[string]any{"default": []any{map[string]any{"type": "insecureAcceptAnything"}}},
	},
	"settings": {
		"push": "batch", "allowedSources": strings.Repeat("ghcr.io/organization/**,", 30),
		"createRepositories": map[string]any{"lifecyclePolicy": lifecycle + strings.Repeat(" ", 500)},
		"verify":             manySigners(),
	},
	"receipts": {
		"push": "batch", "receiptKey": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
	},
	"verify": {
		"push": "batch", "verifyKeys": "arn:aws:kms:us-east-1:111122223333:key/33333333-4444-4555-8666-777777777777",
	},
	"public": {"push": "batch", "ecrPublic": "write", "createRepositories": map[string]any{"resourceTags": []any{}}},
}

// A roleFile is what localstack reads.
type roleFile struct {
	Settings map[string]any       `json:"settings"`
	Roles    map[string]savedRole `json:"roles"`
}

type savedRole struct {
	Trust    any            `json:"trust"`
	Policies map[string]any `json:"policies"`
}

// TestLocalstackHasTheRolesOfTheTemplate holds localstack's files to what is synthesized.
// go test ./infra/mirrorstack -update writes them anew.
func TestLocalstackHasTheRolesOfTheTemplate(t *testing.T) {
	for _, variant := range slices.Sorted(maps.Keys(roleVariants)) {
		if other, ok := variants[variant]; ok && !reflect.DeepEqual(other, roleVariants[variant]) {
			t.Fatalf("there are two variants %s", variant)
		}
		var got bytes.Buffer
		encoder := json.NewEncoder(&got)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(roleFile{Settings: roleVariants[variant], Roles: rolesOf(t, variant)}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(rolesDirectory, variant+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s is not what is synthesized (-want +got); if that was meant, run go test ./infra/mirrorstack "+
				"-update:\n%s", file, diff)
		}
	}
	files, err := filepath.Glob(filepath.Join(rolesDirectory, "*.json"))
	if err != nil || len(files) != len(roleVariants) {
		t.Errorf("%d files in %s for %d variants: %v", len(files), rolesDirectory, len(roleVariants), err)
	}
}

// rolesOf returns the roles of a variant, by name, with placeholders for what a deployment chooses.
func rolesOf(t *testing.T, variant string) map[string]savedRole {
	t.Helper()
	all := map[string]resource{}
	for _, r := range resources(t, variant, "") {
		all[r.id] = r
	}
	p := placeholders{all}
	roles := map[string]savedRole{}
	for _, r := range all {
		if r.kind == "AWS::IAM::Role" && !strings.HasSuffix(roleName(t, r.id), "InstanceProfileRole") {
			trust := p.fill(t, r.properties["AssumeRolePolicyDocument"])
			roles[roleName(t, r.id)] = savedRole{Trust: trust, Policies: map[string]any{}}
		}
	}
	for _, r := range all {
		if r.kind != "AWS::IAM::Policy" {
			continue
		}
		for _, role := range r.properties["Roles"].([]any) {
			name := roleName(t, role.(map[string]any)["Ref"].(string))
			policy := strings.TrimPrefix(logicalHash.ReplaceAllString(r.id, ""), name)
			roles[name].Policies[policy] = p.fill(t, r.properties["PolicyDocument"])
		}
	}
	return roles
}

// placeholders write CloudFormation's functions as ${NAME}, for names that a deployment chooses.
type placeholders struct{ all map[string]resource }

// fill replaces the functions in a value, and the names of resources that are written out.
func (p placeholders) fill(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case string:
		return p.names(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = p.fill(t, v[i])
		}
		return list
	case map[string]any:
		if text, ok := p.function(t, v); ok {
			return p.names(text)
		}
		m := map[string]any{}
		for key, value := range v {
			m[key] = p.fill(t, value)
		}
		return m
	}
	return v
}

// function writes a function as text; false if the value is none.
func (p placeholders) function(t *testing.T, v map[string]any) (string, bool) {
	t.Helper()
	text := func(v any) string {
		s, ok := p.fill(t, v).(string)
		if !ok {
			t.Fatalf("%v is no text", v)
		}
		return s
	}
	for name, argument := range v {
		switch name {
		case "Ref":
			return p.reference(t, argument.(string), ""), true
		case "Fn::GetAtt":
			list := argument.([]any)
			return p.reference(t, list[0].(string), list[1].(string)), true
		case "Fn::Join":
			var parts []string
			for _, part := range argument.([]any)[1].([]any) {
				parts = append(parts, text(part))
			}
			return strings.Join(parts, argument.([]any)[0].(string)), true
		case "Fn::Sub":
			return strings.NewReplacer("${AWS::Partition}", "${Partition}", "${AWS::Region}", "${Region}",
				"${AWS::AccountId}", "${Account}").
				Replace(argument.(string)), true
		}
		if strings.HasPrefix(name, "Fn::") {
			t.Fatalf("nothing is known of %s: %v", name, argument)
		}
	}
	return "", false
}

// arns are how the ARNs of resources are made of their names, by type; with the
// attributes that give it, "" for Ref.
var arns = map[string]struct {
	attributes []string
	format     string
}{
	"AWS::DynamoDB::GlobalTable": {[]string{"Arn"}, "arn:${Partition}:dynamodb:${Region}:${Account}:table/%s"},
	"AWS::DynamoDB::Table":       {[]string{"Arn"}, "arn:${Partition}:dynamodb:${Region}:${Account}:table/%s"},
	"AWS::Logs::LogGroup":        {[]string{"Arn"}, "arn:${Partition}:logs:${Region}:${Account}:log-group:%s:*"},
	"AWS::SQS::Queue":            {[]string{"Arn"}, "arn:${Partition}:sqs:${Region}:${Account}:%s"},
	"AWS::Batch::JobQueue": {
		[]string{"", "JobQueueArn"}, "arn:${Partition}:batch:${Region}:${Account}:job-queue/%s",
	},
	"AWS::SSM::Parameter": {[]string{""}, "%s"},
	"AWS::Batch::JobDefinition": {
		[]string{"", "JobDefinitionArn"}, "arn:${Partition}:batch:${Region}:${Account}:job-definition/%s",
	},
}

func (p placeholders) reference(t *testing.T, id, attribute string) string {
	t.Helper()
	pseudo := map[string]string{
		"AWS::Partition": "${Partition}", "AWS::Region": "${Region}", "AWS::AccountId": "${Account}",
		"AWS::URLSuffix": "${URLSuffix}",
	}
	if text, ok := pseudo[id]; ok {
		return text
	}
	name := "${" + logicalHash.ReplaceAllString(id, "") + "}"
	known, ok := arns[p.all[id].kind]
	switch {
	case !ok:
		t.Fatalf("nothing is known of %s, a %s", id, p.all[id].kind)
	case slices.Contains(known.attributes, attribute):
		return fmt.Sprintf(known.format, name)
	case attribute != "":
		t.Fatalf("nothing is known of %s of %s", attribute, id)
	}
	return name
}

// names replaces names of resources that the template writes out by placeholders.
func (p placeholders) names(text string) string {
	for _, r := range p.all {
		for kind, of := range map[string]struct{ property, before string }{
			"AWS::Batch::JobQueue":      {"JobQueueName", "job-queue/"},
			"AWS::Batch::JobDefinition": {"JobDefinitionName", "job-definition/"},
			"AWS::Logs::LogGroup":       {"LogGroupName", "log-group:"},
		} {
			name, written := r.properties[of.property].(string)
			if r.kind != kind || !written {
				continue
			}
			before, rest, ok := strings.Cut(text, of.before+name)
			if ok && (rest == "" || rest[0] == ':') {
				text = before + of.before + "${" + logicalHash.ReplaceAllString(r.id, "") + "}" + rest
			}
		}
	}
	return text
}
