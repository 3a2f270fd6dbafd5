// Package kms is a stand-in for AWS Key Management Service, as far as signing goes: keys of the curves P-256 and
// P-384, their aliases and states, and signatures by them. It encrypts nothing, has no grants, and each key has the
// default key policy: IAM decides within the account, and nobody else may use it.
//
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/. Messages of errors are those that users have reported.
package kms

import (
	"net/http"
	"regexp"
	"sync"
	"time"

	"ecrmirror/localstack/awsjson"
)

const (
	targetPrefix = "TrentService."
	bodyLimit    = 64 << 10 // bytes; the largest message has 4 KiB
)

// Options configure [New].
type Options struct {
	Home string           // account of callers whose access key id is not that of an account
	Now  func() time.Time // nil = time.Now
}

// A Service answers KMS's API. It is safe for concurrent use.
type Service struct {
	opts       Options
	operations awsjson.Operations

	mu     sync.Mutex
	worlds map[place]*world
}

// A place is what KMS keeps apart.
type place struct{ account, region string }

// A world is what there is in one place.
type world struct {
	keys    map[string]*key   // by id
	aliases map[string]*alias // by name, which begins with alias/
}

// An alias is a name of a key.
type alias struct {
	key     *key
	created time.Time
}

// New returns a service without keys.
func New(opts Options) *Service {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Service{opts: opts, worlds: map[place]*world{}}
	s.operations = awsjson.Operations{
		"CreateAlias":         awsjson.Func(s.createAlias),
		"CreateKey":           awsjson.Func(s.createKey),
		"DescribeKey":         awsjson.Func(s.describeKey),
		"DisableKey":          awsjson.Func(s.disableKey),
		"EnableKey":           awsjson.Func(s.enableKey),
		"GetPublicKey":        awsjson.Func(s.getPublicKey),
		"ListAliases":         awsjson.Func(s.listAliases),
		"ScheduleKeyDeletion": awsjson.Func(s.scheduleKeyDeletion),
		"Sign":                awsjson.Func(s.sign),
		"Verify":              awsjson.Func(s.verify),
	}
	return s
}

// ServeHTTP answers requests whose X-Amz-Target is TrentService.<Operation>.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	awsjson.Serve(w, r, s.opts.Home, bodyLimit, targetPrefix, s.operations)
}

// Seed makes a key with an id and an alias, for a deployment that names them.
func (s *Service) Seed(account, region, id, aliasName string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := newKey(awsjson.Caller{Account: account, Region: region}, id, specs["ECC_NIST_P256"], s.opts.Now())
	if err != nil {
		return err
	}
	w := s.world(place{account, region})
	w.keys[id], w.aliases[aliasName] = k, &alias{k, k.created}
	return nil
}

// world returns what there is in a place. The lock must be held.
func (s *Service) world(at place) *world {
	if s.worlds[at] == nil {
		s.worlds[at] = &world{keys: map[string]*key{}, aliases: map[string]*alias{}}
	}
	return s.worlds[at]
}

// keyARN matches the ARN of a key or an alias: region, account and what it is called there.
var keyARN = regexp.MustCompile(`^arn:aws[a-z-]*:kms:([a-z0-9-]+):([0-9]{12}):((?:key|alias)/.+)$`)

// find returns the key of an id, an ARN of a key, an alias or an ARN of an alias. The lock must be held.
func (s *Service) find(c awsjson.Caller, id string) (*key, error) {
	at, name := place{c.Account, c.Region}, id
	switch m := keyARN.FindStringSubmatch(id); {
	case id == "":
		return nil, awsjson.Errorf("ValidationException",
			"1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must not be null")
	case len(id) >= len("arn:") && id[:len("arn:")] == "arn:" && m == nil:
		return nil, awsjson.Errorf("InvalidArnException", "Invalid arn %s", id)
	case m != nil && m[1] != c.Region: // whatever its account
		return nil, awsjson.Errorf("NotFoundException", "Invalid arn %s", m[1])
	case m != nil:
		at, name = place{m[2], m[1]}, m[3]
	}
	return s.named(c, at, name)
}

// named returns the key of a name in a place: alias/NAME, key/ID or ID.
func (s *Service) named(c awsjson.Caller, at place, name string) (*key, error) {
	there := s.world(at)
	c.Account = at.account
	if aliasName.MatchString(name) {
		if a := there.aliases[name]; a != nil {
			return a.key, nil
		}
		return nil, awsjson.Errorf("NotFoundException", "Alias %s is not found.", c.ARN("kms", name))
	}
	id := name
	if m := keyOf.FindStringSubmatch(name); m != nil {
		id = m[1]
	}
	if !keyID.MatchString(id) {
		return nil, awsjson.Errorf("NotFoundException", "Invalid keyId %s", id)
	}
	if k := there.keys[id]; k != nil {
		return k, nil
	}
	return nil, awsjson.Errorf("NotFoundException", "Key '%s' does not exist", c.ARN("kms", "key/"+id))
}

var (
	aliasName = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)
	keyOf     = regexp.MustCompile(`^key/(.+)$`)
	keyID     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)
