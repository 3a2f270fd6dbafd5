package settings

import (
	"fmt"
	"strings"

	"ecrmirror/internal/allow"
	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/images"
	"ecrmirror/internal/kmskey"
	"ecrmirror/internal/roles"
	"ecrmirror/internal/signature"
	"ecrmirror/internal/verify/policy"
)

// validateRegistries has the programs' own parsers look at what the programs will be given.
func (p Props) validateRegistries(c *check) {
	r := p.Registries
	c.that(len(r.Repositories) > 0, "repositories", "", "must name a repository at least, or *")
	for _, list := range []struct {
		name   string
		values []string
	}{{"repositories", r.Repositories}, {"sourceRepositories", r.SourceRepositories}} {
		for _, v := range list.values {
			c.that(namesPattern.MatchString(v) || repoPattern.MatchString(v), list.name, v,
				"must be the name of a repository, its beginning and a *, or an ARN "+
					"arn:aws:ecr:REGION:ACCOUNT:repository/NAME")
		}
	}
	c.oneOf("ecrPublic", string(r.Public), string(PublicAnonymous), string(PublicRead), string(PublicWrite))
	c.that(r.Public != PublicWrite || p.PublicAccess() == PublicWrite, "ecrPublic", string(r.Public),
		"can't be in "+p.Region+": ECR Public belongs to the accounts of the commercial regions")
	if r.Template != "" {
		_, err := images.ParseRepositoryTemplate([]byte(r.Template))
		c.parsed(err, "createRepositories", r.Template)
	}
	for _, profile := range r.SigningProfiles {
		c.that(profilePattern.MatchString(profile), "signingProfiles", profile,
			"must be the ARN of a signing profile, arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME")
	}
	_, err := artifacts.Parse(r.Artifacts...)
	c.parsed(err, "artifacts", strings.Join(r.Artifacts, ","))
	c.that(r.PutImageRate >= 1 && r.PutImageRate <= images.HighestPutImageRate, "putImageRate", r.PutImageRate,
		fmt.Sprintf("must be 1 to %d", images.HighestPutImageRate))
	if r.ReceiptKey != "" {
		p.validateKey(c, "receiptKey", r.ReceiptKey)
	}
	p.validateVerify(c)
	r.validateLogins(c)
	r.validateAllowed(c)
	for _, h := range r.Insecure {
		c.that(hostPattern.MatchString(h), "insecureRegistries", h, "must be HOST or HOST:PORT")
	}
}

// validateKey takes a key by its ARN alone, which is what IAM allows mirror jobs to use.
func (p Props) validateKey(c *check, setting, key string) {
	c.that(keyPattern.MatchString(key) && kmskey.Check(key) == nil, setting, key,
		"must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID")
	alone := p.Network.Kind == NetworkPrivate && p.Network.NATGateways == 0
	c.that(!alone || p.Region == "" || kmskey.RegionOf(key) == p.Region, setting, key,
		"must be in "+p.Region+": a network with natGateways=0 has no way to KMS elsewhere")
}

func (p Props) validateVerify(c *check) {
	for _, key := range p.Registries.VerifyKeys {
		p.validateKey(c, "verifyKeys", key)
	}
	if p.Registries.Verify == "" {
		return
	}
	asked, err := policy.ParseAlone(p.Registries.Verify)
	c.parsed(err, "verify", p.Registries.Verify)
	for _, key := range asked.KMSKeys() {
		p.validateKey(c, "verify", key)
	}
}

func (r RegistryProps) validateLogins(c *check) {
	if r.AuthParameter != "" {
		c.parsed(credentials.CheckParameter(r.AuthParameter), "authParameter", r.AuthParameter)
	}
	for _, s := range r.AuthSecrets {
		c.parsed(credentials.CheckSecret(s), "authSecrets", s)
	}
	for _, k := range r.Keys {
		c.that(keyPattern.MatchString(k), "kmsKeys", k, "must be the ARN of a KMS key")
	}
	var shown []string // an external id is nobody else's business
	for _, spec := range r.Roles {
		role, _, _ := strings.Cut(spec, "#")
		shown = append(shown, role)
	}
	_, err := roles.Parse(r.Roles...)
	c.parsed(err, "assumeRoles", strings.Join(shown, ","))
}

// validateAllowed refuses files, too, which jobs don't have.
func (r RegistryProps) validateAllowed(c *check) {
	_, err := allow.Parse("allowedSources", r.AllowedSources)
	c.parsed(err, "allowedSources", strings.Join(r.AllowedSources, ","))
	c.that(len(r.AllowedDestinations) > 0, "allowedDestinations", "", "must be own, patterns, or * for everything")
	var patterns []string
	for _, v := range r.AllowedDestinations {
		if v != AllowedOwn {
			patterns = append(patterns, v)
		}
	}
	_, err = allow.Parse("allowedDestinations", patterns)
	c.parsed(err, "allowedDestinations", strings.Join(r.AllowedDestinations, ","))
	for _, v := range append(patterns, r.AllowedSources...) {
		c.that(!strings.HasPrefix(v, "dir:") && !strings.HasPrefix(v, "oci:"), "allowedSources, allowedDestinations",
			v, "can't be: jobs have no files")
	}
	if r.SignaturePolicy == "" {
		return
	}
	c.that(strings.HasPrefix(strings.TrimSpace(r.SignaturePolicy), "{"), "signaturePolicy", r.SignaturePolicy,
		"must be the policy itself, a JSON object: jobs have no files")
	c.that(!filesPattern.MatchString(r.SignaturePolicy), "signaturePolicy", r.SignaturePolicy,
		"must hold its keys (keyData, ...): jobs have no files")
	_, err = signature.Load(r.SignaturePolicy, func(string) string { return "" })
	c.parsed(err, "signaturePolicy", r.SignaturePolicy)
}
