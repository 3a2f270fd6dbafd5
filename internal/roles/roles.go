// Package roles assumes IAM roles to reach other accounts: one role for each account.
package roles

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	// sessionName is what the accounts' CloudTrail shows.
	sessionName = "ecrmirror"
	// lasting is how long a session lasts: what every role allows, also to one who is
	// a role already.
	lasting = time.Hour
	// early is how long before its end a session is replaced, so that no call that is
	// being made, or retried, has one that ends.
	early = 5 * time.Minute
)

// Roles are the roles to be assumed, by account. The nil Roles assumes none. It is safe
// for concurrent use.
type Roles struct {
	roles map[string]role

	mu        sync.Mutex
	providers map[string]aws.CredentialsProvider // by account
}

// Config returns cfg with the credentials by which the account's resources are reached:
// those of its role, or cfg's own if it has none. The role is assumed at the first call
// that needs it, and again before its session ends, with the credentials, the region and
// the endpoint of the first cfg given for the account; it makes no call itself.
func (r *Roles) Config(account string, cfg aws.Config) aws.Config {
	if r == nil {
		return cfg
	}
	if role, ok := r.roles[account]; ok {
		cfg = cfg.Copy()
		cfg.Credentials = r.provider(account, role, cfg)
	}
	return cfg
}

func (r *Roles) provider(account string, role role, cfg aws.Config) aws.CredentialsProvider {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.providers == nil {
		r.providers = map[string]aws.CredentialsProvider{}
	}
	if r.providers[account] == nil {
		r.providers[account] = newProvider(account, role, cfg)
	}
	return r.providers[account]
}

func newProvider(account string, role role, cfg aws.Config) aws.CredentialsProvider {
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		if o.Region == "" {
			o.Region = role.region()
		}
	})
	assume := stscreds.NewAssumeRoleProvider(client, role.arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = sessionName, lasting
		if role.externalID != "" {
			o.ExternalID = &role.externalID
		}
	})
	return aws.NewCredentialsCache(named{assume, account, role.arn}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = early
	})
}

// named is a provider whose errors say which role of which account it was about.
type named struct {
	provider     aws.CredentialsProvider
	account, arn string
}

// Retrieve implements [aws.CredentialsProvider].
func (n named) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := n.provider.Retrieve(ctx)
	if err != nil {
		return found, fmt.Errorf("assuming %s for account %s: %w", n.arn, n.account, err)
	}
	return found, nil
}
