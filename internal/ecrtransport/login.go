package ecrtransport

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/imagename"
)

// loginAPI is what [Transport.Login] calls. The transport itself needs no login.
type loginAPI interface {
	GetAuthorizationToken(context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error)
}

// Login returns a login to a private registry by the distribution protocol, which is good for 12
// hours. It takes the permission ecr:GetAuthorizationToken, which nothing else here does.
func (t *Transport) Login(ctx context.Context, registry imagename.ECRRegistry) (types.DockerAuthConfig, error) {
	client, err := t.opts.Client(registry)
	if err != nil {
		return types.DockerAuthConfig{}, err
	}
	api, ok := client.(loginAPI)
	if !ok {
		return types.DockerAuthConfig{}, errors.New("the client gives no logins")
	}
	out, err := api.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return types.DockerAuthConfig{}, err
	}
	for _, data := range out.AuthorizationData {
		decoded, err := base64.StdEncoding.DecodeString(aws.ToString(data.AuthorizationToken))
		if user, password, ok := strings.Cut(string(decoded), ":"); ok && err == nil {
			return types.DockerAuthConfig{Username: user, Password: password}, nil
		}
	}
	return types.DockerAuthConfig{}, errors.New("ecr:GetAuthorizationToken gave no login")
}
