package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"ecrmirror/internal/awserror"
)

// SecretAPI is the call to AWS Secrets Manager that this package makes.
type SecretAPI interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput,
		...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// FromSecrets reads logins from secrets, given by name or ARN. A secret is a document as
// of [Parse], or one login: an object with "username" and "password", and with the
// HOST[/NAMESPACE...] that it is for as "registry" or "host". For a secret that does not
// say so, HOST[/NAMESPACE...]=ID does. ECR's pull-through caches write "accessToken" for
// "password", which is taken too. Of several logins for the same place the first secret's
// counts.
func FromSecrets(ctx context.Context, api SecretAPI, ids ...string) (*Store, error) {
	var stores []*Store
	for _, given := range ids {
		if err := CheckSecret(given); err != nil {
			return nil, err
		}
		registry, id := splitID(given)
		store, err := fromSecret(ctx, api, registry, id)
		if err != nil {
			return nil, err
		}
		stores = append(stores, store)
	}
	return Merge(stores...), nil
}

// splitID splits REGISTRY=ID; registry is "" if only an ID is given, which may have
// equals signs of its own.
func splitID(given string) (registry, id string) {
	before, after, found := strings.Cut(given, "=")
	if found && registryName.MatchString(normalize(before)) {
		return before, after
	}
	return "", given
}

func fromSecret(ctx context.Context, api SecretAPI, registry, id string) (*Store, error) {
	out, err := api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	if err != nil {
		return nil, fmt.Errorf("reading registry logins from secret %q: %w", id, awserror.Plain(err))
	}
	value := out.SecretBinary
	if out.SecretString != nil {
		value = []byte(*out.SecretString)
	}
	store, err := parseSecret(value, registry, fmt.Sprintf("secret %q", id))
	if err != nil {
		return nil, fmt.Errorf("registry logins in secret %q: %w", id, err)
	}
	return store, nil
}

// parseSecret parses a document, or the login for a registry that the secret does not name. Place is
// where errors say that the logins are.
func parseSecret(value []byte, registry, place string) (*Store, error) {
	if store, err := Parse(value, place); err == nil { // whatever members it has beside
		if registry != "" {
			return nil, fmt.Errorf("a containers-auth.json document says itself which registries it is for; leave "+
				"out %q", registry)
		}
		return store, nil
	}
	var secret struct {
		auth
		Registry    string `json:"registry"`
		Host        string `json:"host"`
		AccessToken string `json:"accessToken"`
	}
	if err := json.Unmarshal(value, &secret); err != nil {
		// The decoder's message may quote what it read.
		return nil, errors.New(`neither a containers-auth.json document nor an object with "username" and ` +
			`"password": invalid JSON`)
	}
	for _, named := range []string{secret.Registry, secret.Host} {
		switch {
		case named == "" || normalize(registry) == normalize(named):
		case registry != "":
			return nil, fmt.Errorf("the secret is not for %q: it names another registry", registry)
		default:
			registry = named
		}
	}
	if secret.Password == "" {
		secret.Password = secret.AccessToken
	}
	login := secret.auth
	switch {
	case login == auth{}:
		return nil, errors.New(`neither a containers-auth.json document nor an object with "username" and "password"`)
	case registry == "":
		return nil, errors.New(`it does not say for which registry it is: add "registry" to it, or write HOST=SECRET`)
	case !registryName.MatchString(normalize(registry)):
		return nil, errors.New(`its "registry" is not HOST[/NAMESPACE...]`)
	}
	only, err := login.login()
	if err != nil {
		return nil, fmt.Errorf("the login for %s %w", printable(registry), err)
	}
	return &Store{logins: map[string]Login{normalize(registry): {only, place}}}, nil
}
