// Package sts is a stand-in for the AWS Security Token Service: GetCallerIdentity
// and AssumeRole. By itself it lets anyone assume any role, and an assumed role's access
// key id is its account id, by which all stand-ins know whose a request is; with
// [Options].Assume it keeps to what that decides.
package sts

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/awsquery"
	"ecrmirror/localstack/identity"
)

// namespace is that of the API's version, 2011-06-15.
const namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
	// Assume starts sessions of roles. nil = anyone may assume any role, who knows its external id.
	Assume func(identity.Assumption) (identity.Credentials, error)
	// ExternalIDs are the external ids that roles require, by ARN. Other
	// roles require none. With Assume they are not asked.
	ExternalIDs map[string]string
}

// A Service answers STS's API. It keeps nothing: a session's token says which role it is of.
type Service struct{ opts Options }

// New returns a service.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Service{opts: opts}
}

// ServeHTTP answers requests of the Query protocol: the form's Action is the operation's name.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := awsjson.CallerOf(r, s.opts.Home)
	if err != nil {
		WriteError(w, err)
		return
	}
	switch action := r.FormValue("Action"); action {
	case "GetCallerIdentity":
		awsquery.Write(w, namespace, action, callerIdentity(c, r.Header.Get("X-Amz-Security-Token")))
	case "AssumeRole":
		out, err := s.assumeRole(c, r)
		if err != nil {
			WriteError(w, err)
			return
		}
		awsquery.Write(w, namespace, action, out)
	default:
		WriteError(w, awsjson.Errorf("InvalidAction", "the stand-in for STS does not have %s", action))
	}
}

// A caller is the result of GetCallerIdentity.
type caller struct {
	ARN     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string
}

// callerIdentity is the account's root user, or the session of a role: the caller's own, or
// by itself the one that its token names.
func callerIdentity(c awsjson.Caller, token string) caller {
	out := caller{
		Account: c.Account, UserID: c.Account,
		ARN: "arn:" + awsjson.Partition(c.Region) + ":iam::" + c.Account + ":root",
	}
	if !c.Principal.Root {
		token = base64.StdEncoding.EncodeToString([]byte(c.Principal.ARN))
	}
	arn, err := base64.StdEncoding.DecodeString(token)
	if _, session, ok := strings.Cut(string(arn), ":"+c.Account+":assumed-role/"); err == nil && ok {
		out.ARN, out.UserID = string(arn), roleID(session)
	}
	return out
}

// roleID is the unique id of an assumed role, for role/session.
func roleID(session string) string {
	role, name, _ := strings.Cut(session, "/")
	return "AROA" + strings.ToUpper(role) + ":" + name
}

// WriteError answers err as the Query protocol does. An [awsjson.Error] keeps its status, code and message.
func WriteError(w http.ResponseWriter, err error) { awsquery.WriteError(w, namespace, err) }
