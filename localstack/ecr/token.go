package ecr

import (
	"context"
	"encoding/base64"
)

type authorizationInput struct {
	RegistryIDs []string `json:"registryIds"`
}

type authorizationOutput struct {
	Data []authorization `json:"authorizationData"`
}

type authorization struct {
	Token         string `json:"authorizationToken"`
	ExpiresAt     epoch  `json:"expiresAt"`
	ProxyEndpoint string `json:"proxyEndpoint"`
}

// getAuthorizationToken returns a login in AWS's form. The password opens /v2/.
func (r *Registry) getAuthorizationToken(
	_ context.Context, c call, in authorizationInput,
) (out authorizationOutput, err error) {
	accounts := []string{c.Account}
	if in.RegistryIDs != nil {
		if err := length("registryIds", len(in.RegistryIDs), 1, 10); err != nil {
			return out, err
		}
		accounts = in.RegistryIDs
	}
	for _, account := range accounts {
		if err := matches("registryIds", account, accountID); err != nil {
			return out, err
		}
		out.Data = append(out.Data, authorization{
			Token:         base64.StdEncoding.EncodeToString([]byte("AWS:" + r.newPassword(c.Caller))),
			ExpiresAt:     epoch(r.opts.Now().Add(loginLife)),
			ProxyEndpoint: "https://" + registryID{Account: account, Region: c.Region}.host(),
		})
	}
	return out, nil
}
