package listing

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/answer"
)

// quayToken is the user by whose name Quay's registry takes an OAuth token as password.
const quayToken = "$oauthtoken"

// quay lists a namespace of quay.io, whose catalogue is refused (dregsy#57), by https://docs.quay.io/api/swagger/.
// Anyone may list public repositories. The API takes an OAuth token, and no login of a user or a robot.
func (a *api) quay(ctx context.Context, namespace string, c *listed.RepositoryCollector) error {
	if err := a.logInAtQuay(namespace); err != nil {
		return err
	}
	query := url.Values{"namespace": {namespace}, "public": {"true"}}
	repositories := reader{c: c, namespace: namespace}
	seen := map[string]bool{}
	for range maxPages {
		var next string
		_, err := a.get(ctx, "/api/v1/repository", query, repositories.under("repositories", "next_page", &next))
		switch {
		case err != nil:
			return a.failed(err)
		case next == "":
			return nil
		case seen[next] || len(next) > maxCursor:
			return a.failed(errLoop)
		}
		seen[next] = true
		query.Set("next_page", next)
	}
	return a.failed(errPages(maxPages))
}

// maxCursor is how many bytes Quay's word for the next page may have; it has some hundred.
const maxCursor = 4 << 10

// logInAtQuay has the login sent if it is a token. Without one only public repositories are listed, which are all that
// a robot of another namespace may see.
func (a *api) logInAtQuay(namespace string) error {
	robotsNamespace, _, isRobot := strings.Cut(a.login.Username, "+")
	switch {
	case a.login.IsAnonymous(), isRobot && robotsNamespace != namespace:
		return nil
	case a.login.Username == quayToken:
		return a.authorize(a.login.Password)
	}
	return &listed.NoCatalogError{
		Host: a.registry,
		Lacks: fmt.Sprintf("lists private repositories by its API alone, which does not take the login %q",
			answer.Short(a.login.Username)),
		Try: "Give it, for the namespace, an OAuth token as the password of user " + quayToken +
			", or name them one by one",
	}
}
