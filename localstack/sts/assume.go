package sts

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/identity"
)

// What AssumeRole takes. A role's ARN has its partition, account and name with path.
var (
	roleARN     = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/([\w+=,.@/-]{1,576})$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalID  = regexp.MustCompile(`^[\w+=,.@:/-]+$`)
)

const (
	shortest = 900   // seconds
	longest  = 43200 // seconds
	chained  = 3600  // seconds, for a role assumed by a role
)

// A session is the result of AssumeRole.
type session struct {
	KeyID        string    `xml:"Credentials>AccessKeyId"`
	Secret       string    `xml:"Credentials>SecretAccessKey"`
	Token        string    `xml:"Credentials>SessionToken"`
	Expiration   time.Time `xml:"Credentials>Expiration"`
	AssumedARN   string    `xml:"AssumedRoleUser>Arn"`
	AssumedID    string    `xml:"AssumedRoleUser>AssumedRoleId"`
	PackedPolicy int       `xml:"PackedPolicySize"`
}

func (s *Service) assumeRole(c awsjson.Caller, r *http.Request) (session, error) {
	wish, err := assumption(r)
	if err != nil {
		return session{}, err
	}
	wish.Caller = c.Principal
	if s.opts.Assume != nil {
		return s.assumed(c, wish)
	}
	return s.given(c, wish)
}

// assumption reads what a request asks for, all but the caller.
func assumption(r *http.Request) (identity.Assumption, error) {
	var none identity.Assumption
	m := roleARN.FindStringSubmatch(r.FormValue("RoleArn"))
	if m == nil {
		return none, invalid("%q is not the ARN of a role", r.FormValue("RoleArn"))
	}
	name := r.FormValue("RoleSessionName")
	if !sessionName.MatchString(name) {
		return none, invalid("RoleSessionName %q must be 2 to 64 letters, digits and any of _+=,.@-", name)
	}
	id := r.FormValue("ExternalId")
	if id != "" && (len(id) < 2 || len(id) > 1224 || !externalID.MatchString(id)) {
		return none, invalid("ExternalId must be 2 to 1224 letters, digits and any of _+=,.@:/-")
	}
	seconds, err := duration(r)
	return identity.Assumption{
		Role: m[0], Session: name, ExternalID: id, Lifetime: time.Duration(seconds) * time.Second,
	}, err
}

// given starts a session of any role, for a caller who knows its external id.
func (s *Service) given(c awsjson.Caller, wish identity.Assumption) (session, error) {
	m := roleARN.FindStringSubmatch(wish.Role)
	partition, account, role := m[1], m[2], m[3]
	role = role[strings.LastIndex(role, "/")+1:] // a session's ARN has no path
	wanted := s.opts.ExternalIDs[wish.Role]
	// The caller is in one partition, and a role of another does not exist for it.
	if partition != awsjson.Partition(c.Region) || wanted != "" && wanted != wish.ExternalID {
		return session{}, denied("User: arn:" + awsjson.Partition(c.Region) + ":iam::" + c.Account +
			":root is not authorized to perform: sts:AssumeRole on resource: " + wish.Role)
	}
	arn := "arn:" + partition + ":sts::" + account + ":assumed-role/" + role + "/" + wish.Session
	return session{
		KeyID: account, Secret: "localstack", Token: base64.StdEncoding.EncodeToString([]byte(arn)),
		Expiration: s.opts.Now().Add(wish.Lifetime).UTC().Truncate(time.Second),
		AssumedARN: arn, AssumedID: roleID(role + "/" + wish.Session),
	}, nil
}

// assumed starts a session if the accounts' policies allow it.
func (s *Service) assumed(c awsjson.Caller, wish identity.Assumption) (session, error) {
	if c.Principal.Root {
		return session{}, denied("Roles may not be assumed by root accounts.")
	}
	got, err := s.opts.Assume(wish)
	if err != nil {
		return session{}, denied(err.Error())
	}
	arn := identity.Role{ARN: wish.Role}.Session(wish.Session)
	return session{
		KeyID: got.KeyID, Secret: got.Secret, Token: got.Token, Expiration: got.Expires.UTC().Truncate(time.Second),
		AssumedARN: arn, AssumedID: roleID(arn[strings.Index(arn, "/")+1:]),
	}, nil
}

// duration is how many seconds the session is asked to last. A session that is
// itself a role's lasts an hour at most.
func duration(r *http.Request) (int, error) {
	text := r.FormValue("DurationSeconds")
	if text == "" {
		return chained, nil
	}
	seconds, err := strconv.Atoi(text)
	switch {
	case err != nil || seconds < shortest || seconds > longest:
		return 0, invalid("DurationSeconds %q is not between %d and %d", text, shortest, longest)
	case r.Header.Get("X-Amz-Security-Token") != "" && seconds > chained:
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role " +
			"chaining")
	}
	return seconds, nil
}

func denied(message string) error {
	return &awsjson.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: message}
}

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationError", format, args...)
}
