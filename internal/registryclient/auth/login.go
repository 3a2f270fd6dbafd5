package auth

import (
	"encoding/base64"
	"fmt"

	"ecrmirror/internal/registryclient/answer"

	"go.podman.io/image/v5/types"
)

// A Login is a user and a password, or an identity token. Without any it is anonymous.
type Login struct {
	types.DockerAuthConfig
	Place string // where it is kept, for errors; of an anonymous one, why there is none; "" if there is nothing to say
}

// IsAnonymous reports whether there is nothing to log in with.
func (l Login) IsAnonymous() bool { return l.DockerAuthConfig == types.DockerAuthConfig{} }

// Refused says in an error whom a host refused.
func (l Login) Refused(host string) string {
	place := ""
	switch {
	case l.IsAnonymous():
		if l.Place != "" {
			place = " (" + l.Place + ")"
		}
		return "no login for " + host + place
	case l.Place != "":
		place = " of " + l.Place
	}
	if l.Username == "" {
		return "the identity token" + place + " was refused"
	}
	return fmt.Sprintf("login %q%s was refused", answer.Short(l.Username), place)
}

// basic returns the header that tells a user and password, "" if the login has none.
func (l Login) basic() string {
	if l.Username == "" {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(l.Username+":"+l.Password))
}
