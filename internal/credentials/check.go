package credentials

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	// parameterName is a name or ARN, perhaps with :VERSION or :LABEL.
	// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
	parameterName = regexp.MustCompile(`^(arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/)?[a-zA-Z0-9_./-]+(:[a-zA-Z0-9_.-]+)?$`)
	// secretName is a name or ARN. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
	secretName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@:-]+$`)
)

// CheckParameter returns an error unless the name can be that of an SSM parameter, or its ARN.
func CheckParameter(name string) error {
	if !parameterName.MatchString(name) {
		return fmt.Errorf("SSM parameter %q is no name or ARN: it may have letters, digits and _./-", name)
	}
	return nil
}

// CheckSecret returns an error if [FromSecrets] can't take given, which is the name or ARN of a secret, optionally
// after HOST[/NAMESPACE...]=.
func CheckSecret(given string) error {
	host, id := splitID(given)
	switch {
	case host != "" && id == "":
		return fmt.Errorf("secret %q has no name after the =: write HOST=SECRET", given)
	case host == "" && strings.HasSuffix(given, "="):
		return fmt.Errorf("secret %q is HOST= without a secret, or its HOST is none: write HOST=SECRET, as in "+
			"ghcr.io=mirror/ghcr", given)
	case !secretName.MatchString(id):
		return fmt.Errorf("secret %q is no name or ARN: it may have letters, digits and /_+=.@-", given)
	}
	return nil
}

// SecretID returns the name or ARN of the secret in what [FromSecrets] takes.
func SecretID(given string) string {
	_, id := splitID(given)
	return id
}
