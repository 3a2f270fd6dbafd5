package identity

import (
	"crypto/rand"
	"encoding/base64"
	"regexp"
	"strings"
	"time"

	"ecrmirror/localstack/iam"
)

// Credentials are those of a role's session.
type Credentials struct {
	KeyID, Secret, Token string
	Expires              time.Time
}

// Environment returns the variables by which SDKs find the credentials: NAME=VALUE.
func (c Credentials) Environment() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + c.KeyID, "AWS_SECRET_ACCESS_KEY=" + c.Secret, "AWS_SESSION_TOKEN=" + c.Token}
}

type session struct {
	Credentials
	principal iam.Principal
}

// A Key is what an access key id stands for.
type Key struct {
	Principal iam.Principal
	Secret    string
	Token     string    // that must come with it; "" for none
	Expires   time.Time // zero for never
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// Key returns the key of an access key id: an account's own id is its root user's, in
// the partition; others are sessions'.
func (d *Directory) Key(id, partition string) (Key, bool) {
	if accountID.MatchString(id) {
		arn := "arn:" + partition + ":iam::" + id + ":root"
		return Key{Principal: iam.Principal{ARN: arn, Account: id, Root: true}, Secret: RootSecret}, true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.sessions[id]
	return Key{Principal: s.principal, Secret: s.Secret, Token: s.Token, Expires: s.Expires}, ok
}

// Assumption is a wish to assume a role.
type Assumption struct {
	Caller     iam.Principal
	Role       string // ARN
	Session    string // name
	ExternalID string // "" for none
	Lifetime   time.Duration
	// Source is on whose behalf a service assumes the role: account and ARN; "" if it says nothing.
	SourceAccount, SourceARN string
}

// Assume starts a session of a role, if the role trusts the caller and the caller may. The
// error is a [*Denied], for a role that does not exist too: nobody learns which there are.
func (d *Directory) Assume(a Assumption) (Credentials, error) {
	request := iam.Request{Principal: a.Caller, Action: "sts:AssumeRole", Resource: a.Role, Keys: map[string][]string{}}
	if parts := strings.SplitN(a.Role, ":", 6); len(parts) == 6 {
		request.Account = parts[4]
	}
	for key, value := range map[string]string{
		"sts:ExternalId": a.ExternalID, "sts:RoleSessionName": a.Session,
		"aws:SourceAccount": a.SourceAccount, "aws:SourceArn": a.SourceARN,
	} {
		if value != "" {
			request.Keys[key] = []string{value}
		}
	}
	r, _ := d.role(a.Role)
	if err := d.decide(request, iam.Policies{Resource: r.trust, Trust: true}); err != nil {
		return Credentials{}, err
	}
	return d.start(r.Role, a.Session, a.Lifetime), nil
}

// Sessions returns the credentials of all sessions there have been: secrets to look for where
// none should be.
func (d *Directory) Sessions() []Credentials {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Credentials
	for _, s := range d.sessions {
		list = append(list, s.Credentials)
	}
	return list
}

// start starts a session that somebody may have.
func (d *Directory) start(r Role, name string, lifetime time.Duration) Credentials {
	c := Credentials{
		KeyID: "ASIA" + rand.Text()[:16], Secret: rand.Text() + rand.Text()[:14],
		Token: base64.StdEncoding.EncodeToString([]byte(rand.Text() + rand.Text())), Expires: d.now().Add(lifetime),
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions[c.KeyID] = session{c, iam.Principal{ARN: r.Session(name), Account: r.Account(), Role: r.ARN}}
	return c
}
