// Package identity knows who there is in the accounts that localstack plays: roles with
// their policies, the access keys of their sessions, and each account's root user. What a
// principal may do is decided by package iam.
package identity

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"ecrmirror/localstack/iam"
)

// RootSecret is the secret access key of every account's root user. The access key id is
// the account's own id.
const RootSecret = "localstack"

// A Role is what it is in IAM.
type Role struct {
	ARN      string            // arn:PARTITION:iam::ACCOUNT:role/NAME, with or without a path before the name
	Trust    string            // policy document: who may assume it
	Policies map[string]string // policy documents by name: what it may do
}

// roleARN matches the ARN of a role: partition, account, path and name.
var roleARN = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/((?:[!-~]+/)?)([\w+=,.@-]{1,64})$`)

// Account returns the account of the role.
func (r Role) Account() string { return roleARN.FindStringSubmatch(r.ARN)[2] }

// Name returns the role's name, without its path.
func (r Role) Name() string { return roleARN.FindStringSubmatch(r.ARN)[4] }

// Session returns the ARN of a session of the role.
func (r Role) Session(name string) string {
	m := roleARN.FindStringSubmatch(r.ARN)
	return "arn:" + m[1] + ":sts::" + m[2] + ":assumed-role/" + m[4] + "/" + name
}

// A role is a Role whose policies are parsed.
type role struct {
	Role
	trust    *iam.Policy
	policies []*iam.Policy
}

// A Directory is all roles and sessions. It is safe for concurrent use.
type Directory struct {
	now func() time.Time

	mu       sync.Mutex
	roles    map[string]role // by ARN
	sessions map[string]session
	uses     map[Use]bool
}

// New returns a directory without roles. Now tells the time; nil is [time.Now].
func New(now func() time.Time) *Directory {
	if now == nil {
		now = time.Now
	}
	return &Directory{now: now, roles: map[string]role{}, sessions: map[string]session{}, uses: map[Use]bool{}}
}

// PutRole creates a role, or replaces the one of the same ARN: what its sessions may do
// changes at once. A malformed ARN or policy document is an error.
func (d *Directory) PutRole(r Role) error {
	if !roleARN.MatchString(r.ARN) {
		return fmt.Errorf("%q is not the ARN of a role", r.ARN)
	}
	r.Policies = maps.Clone(r.Policies)
	parsed := role{Role: r}
	var err error
	if parsed.trust, err = iam.Parse("TrustPolicy", r.Trust); err != nil {
		return fmt.Errorf("role %s: %w", r.Name(), err)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Policies)) {
		p, err := iam.Parse(name, r.Policies[name])
		if err != nil {
			return fmt.Errorf("role %s: %w", r.Name(), err)
		}
		parsed.policies = append(parsed.policies, p)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roles[r.ARN] = parsed
	return nil
}

// DeleteRole deletes a role, whose sessions may do nothing any more. It tells whether
// there was one.
func (d *Directory) DeleteRole(arn string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.roles[arn]
	delete(d.roles, arn)
	return ok
}

// Role returns the role of an ARN.
func (d *Directory) Role(arn string) (Role, bool) {
	r, ok := d.role(arn)
	r.Policies = maps.Clone(r.Policies)
	return r.Role, ok
}

func (d *Directory) role(arn string) (role, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, ok := d.roles[arn]
	return r, ok
}

// Roles returns the roles of an account, by ARN.
func (d *Directory) Roles(account string) []Role {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Role
	for _, arn := range slices.Sorted(maps.Keys(d.roles)) {
		if r := d.roles[arn].Role; r.Account() == account {
			r.Policies = maps.Clone(r.Policies)
			list = append(list, r)
		}
	}
	return list
}
