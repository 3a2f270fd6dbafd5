package ecrpublic

import (
	"encoding/base64"
	"net/http"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/ecr"
)

// maxInput is the greatest body, in bytes, of the operations on registries.
const maxInput = 1 << 20

// tokenLife is how long a login is good for.
const tokenLife = 12 * time.Hour

type registriesInput struct {
	NextToken  *string `json:"nextToken"`
	MaxResults *int    `json:"maxResults"`
}

type registriesOutput struct {
	Registries []registry `json:"registries"`
}

type registry struct {
	ID       string  `json:"registryId"`
	ARN      string  `json:"registryArn"`
	URI      string  `json:"registryUri"`
	Verified bool    `json:"verified"`
	Aliases  []alias `json:"aliases"`
}

type alias struct {
	Name    string `json:"name"`
	Status  string `json:"status"`
	Primary bool   `json:"primaryRegistryAlias"`
	Default bool   `json:"defaultRegistryAlias"`
}

// registries describes the caller's registry, the one that there is: no token leads to another page.
func (s *Service) registries(req *http.Request, caller awsjson.Caller) (any, error) {
	var in registriesInput
	if err := awsjson.Read(req, maxInput, &in); err != nil {
		return nil, err
	}
	switch {
	case in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > 1000):
		return nil, awsjson.Errorf("InvalidParameterException",
			"Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value between 1 and "+
				"1000'")
	case in.NextToken != nil:
		return nil, awsjson.Errorf("InvalidParameterException",
			"Invalid parameter at 'nextToken' failed to satisfy constraint: 'is not a token that this operation "+
				"returned'")
	}
	name := ecr.PublicAlias(caller.Account)
	return registriesOutput{Registries: []registry{{
		ID: caller.Account, ARN: ecr.PublicARN(caller.Account, "registry/"+caller.Account),
		URI:     ecr.PublicHost + "/" + name,
		Aliases: []alias{{Name: name, Status: "ACTIVE", Primary: true, Default: true}},
	}}}, nil
}

type tokenOutput struct {
	Data authorization `json:"authorizationData"`
}

type authorization struct {
	Token     string  `json:"authorizationToken"`
	ExpiresAt float64 `json:"expiresAt"` // seconds since 1970
}

// token returns a login in AWS's form: one, where private ECR has a list.
func (s *Service) token(caller awsjson.Caller) (any, error) {
	return tokenOutput{Data: authorization{
		Token:     base64.StdEncoding.EncodeToString([]byte("AWS:" + s.opts.Registry.PublicPassword(caller))),
		ExpiresAt: awsjson.Seconds(s.opts.Now().Add(tokenLife)),
	}}, nil
}
