package mirrorstack_test

import (
	"slices"
	"strings"

	"ecrmirror/infra/settings"
)

// repositories are the ARNs of what the settings name.
func repositories(names ...string) []string {
	var list []string
	for _, n := range names {
		if !strings.HasPrefix(n, "arn:") {
			n = "arn:PARTITION:ecr:*:ACCOUNT:repository/" + n
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func readable(p settings.Props) []string {
	return repositories(append(slices.Clone(p.Registries.Repositories), p.Registries.SourceRepositories...)...)
}

func writable(p settings.Props) []string { return repositories(p.Registries.Repositories...) }

// longSettings are the parameters of what is too long for an environment.
func longSettings(role string) func(p settings.Props) []string {
	return func(p settings.Props) (list []string) {
		add := func(name, text string) {
			if len(text) > 512 {
				list = append(list, local("ssm", "parameter/Setting"+name))
			}
		}
		r := p.Registries
		add("AssumeRoles", strings.Join(r.Roles, ","))
		add("AllowedSources", strings.Join(r.AllowedSources, ","))
		own := len(r.Roles) * len(",ecr:123456789012") // what own comes to
		add("AllowedDestinations", strings.Join(r.AllowedDestinations, ",")+strings.Repeat("x", own))
		if role == "MirrorRole" {
			add("CreateRepositories", r.Template)
			add("SignaturePolicy", r.SignaturePolicy)
			add("Verify", r.Verify)
		}
		return list
	}
}

func ifTemplateHas(member string) func(settings.Props) []string {
	return func(p settings.Props) []string {
		if p.Registries.Template == "" || !strings.Contains(p.Registries.Template, member) {
			return nil
		}
		return writable(p)
	}
}

func commercial(p settings.Props) bool {
	return !strings.HasPrefix(p.Region, "cn-") && !strings.HasPrefix(p.Region, "us-gov-")
}

func readsPublic(p settings.Props) bool {
	return commercial(p) && p.Registries.Public != settings.PublicAnonymous
}

func writesPublic(p settings.Props) bool {
	return commercial(p) && p.Registries.Public == settings.PublicWrite
}

func createsPublic(p settings.Props) bool { return writesPublic(p) && p.Registries.Template != "" }

func hasTableKey(p settings.Props) []string {
	if strings.HasPrefix(p.Table.Encryption, "arn:") {
		return []string{p.Table.Encryption}
	}
	return nil
}

func secrets(p settings.Props) (list []string) {
	for _, id := range p.Registries.AuthSecrets {
		id = strings.TrimPrefix(id, "ghcr.io=")
		if !strings.HasPrefix(id, "arn:") {
			id = local("secretsmanager", "secret:"+id+"-??????")
		}
		list = append(list, id)
	}
	return list
}

func parameter(p settings.Props) []string {
	if p.Registries.AuthParameter == "" {
		return nil
	}
	return []string{local("ssm", "parameter/"+strings.TrimPrefix(p.Registries.AuthParameter, "/"))}
}

func assumed(p settings.Props) (list []string) {
	for _, spec := range p.Registries.Roles {
		_, arn, _ := strings.Cut(spec, "=")
		arn, _, _ = strings.Cut(arn, "#")
		list = append(list, arn)
	}
	return list
}

// submitted are what the submission of these jobs concerns; of the queue the logical id.
func submitted(queue string, jobs ...string) (list []string) {
	list = append(list, queue)
	for _, job := range jobs {
		list = append(list, local("batch", "job-definition/ecrmirror-"+job),
			local("batch", "job-definition/ecrmirror-"+job+":*"))
	}
	return list
}

// ofImage is the repository of the service's own image.
func ofImage(p settings.Props) []string {
	switch {
	case p.Image.Name == "":
		repository := local("ecr", "repository/cdk-hnb659fds-container-assets-ACCOUNT-REGION")
		if p.Region != "" { // CDK writes it out
			repository = strings.ReplaceAll(repository, "REGION", p.Region)
		}
		return []string{repository}
	case strings.HasPrefix(p.Image.Name, "111122223333.dkr.ecr."):
		return []string{"arn:PARTITION:ecr:us-east-1:111122223333:repository/ecrmirror"}
	}
	return nil
}

// templateKey is the key by which repositories are created that are encrypted with one of the user's.
func templateKey(p settings.Props) []string {
	const key = "arn:aws:kms:us-east-1:111122223333:key/33333333-2222-3333-4444-555555555555"
	if strings.Contains(p.Registries.Template, key) {
		return []string{key}
	}
	return nil
}

func templateAlias(p settings.Props) []string {
	if strings.Contains(p.Registries.Template, "alias/images") {
		return []string{"arn:PARTITION:kms:*:ACCOUNT:key/*"}
	}
	return nil
}

func ifPrivateImage(p settings.Props) []string {
	if ofImage(p) == nil {
		return nil
	}
	return []string{"*"}
}

func functionInVPC(p settings.Props) bool {
	return p.Network.Kind == settings.NetworkPrivate || p.Network.Kind == settings.NetworkExisting &&
		!p.Network.PublicIP
}
