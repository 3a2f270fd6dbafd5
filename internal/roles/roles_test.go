package roles_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/awsclient"
	"ecrmirror/internal/roles"
	"ecrmirror/localstack/sts"
)

const (
	home   = "111122223333"
	other  = "444455556666"
	mirror = "arn:aws:iam::444455556666:role/team/mirror"
	shy    = "arn:aws:iam::777788889999:role/shy"
)

// world is an STS, and how often a role was assumed.
type world struct {
	cfg     aws.Config
	assumed atomic.Int64
}

// start runs an STS whose clock is ahead of the machine's by ahead, so that its sessions last longer.
func start(t *testing.T, ahead time.Duration) *world {
	w := &world{}
	stand := sts.New(sts.Options{
		Home: home, Now: func() time.Time { return time.Now().Add(ahead) },
		ExternalIDs: map[string]string{shy: "open-sesame"},
	})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") == "AssumeRole" {
			w.assumed.Add(1)
		}
		stand.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.cfg = aws.Config{
		HTTPClient: awsclient.New(),
		Region:     "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: awscredentials.NewStaticCredentialsProvider(home, "s3cret", ""),
	}
	return w
}

// caller returns the ARN by which calls of the configuration are made.
func caller(t *testing.T, cfg aws.Config) string {
	t.Helper()
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	out, err := awssts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Error(err)
		return ""
	}
	return aws.ToString(out.Arn)
}

func parse(t *testing.T, specs ...string) *roles.Roles {
	t.Helper()
	r, err := roles.Parse(specs...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCallsAreMadeByTheAccountsRole(t *testing.T) {
	w := start(t, 0)
	r := parse(t, other+"="+mirror, "777788889999="+shy+"#open-sesame")
	nowhere := w.cfg.Copy()
	nowhere.Region = ""
	for _, tc := range []struct {
		name    string
		roles   *roles.Roles
		account string
		cfg     aws.Config
		want    string
	}{
		{"role", r, other, w.cfg, "arn:aws:sts::444455556666:assumed-role/mirror/ecrmirror"},
		{"external id", r, "777788889999", w.cfg, "arn:aws:sts::777788889999:assumed-role/shy/ecrmirror"},
		{"no role for the account", r, home, w.cfg, "arn:aws:iam::111122223333:root"},
		{"no roles", nil, other, w.cfg, "arn:aws:iam::111122223333:root"},
		{
			"no region", parse(t, other+"="+mirror), other, nowhere,
			"arn:aws:sts::444455556666:assumed-role/mirror/ecrmirror",
		},
	} {
		if got := caller(t, tc.roles.Config(tc.account, tc.cfg)); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	if got := caller(t, w.cfg); got != "arn:aws:iam::111122223333:root" {
		t.Errorf("the configuration itself has changed: %s", got)
	}
}

func TestARoleIsAssumedOnceForAllRegionsAndCalls(t *testing.T) {
	w := start(t, 0)
	r := parse(t, other+"="+mirror)
	if r.Config(other, w.cfg); w.assumed.Load() != 0 {
		t.Error("assumed before it is needed")
	}
	var wg sync.WaitGroup
	for _, region := range []string{"eu-west-1", "us-east-1", "us-west-2", "us-east-1"} {
		wg.Go(func() {
			cfg := r.Config(other, w.cfg)
			cfg.Region = region
			caller(t, cfg)
			caller(t, cfg)
		})
	}
	wg.Wait()
	if n := w.assumed.Load(); n != 1 {
		t.Errorf("assumed %d times", n)
	}
}

func TestARoleIsAssumedAgainBeforeItsSessionEnds(t *testing.T) {
	w := start(t, -56*time.Minute) // sessions of 4 minutes
	cfg := parse(t, other+"="+mirror).Config(other, w.cfg)
	caller(t, cfg)
	caller(t, cfg)
	if n := w.assumed.Load(); n != 2 {
		t.Errorf("assumed %d times, want 2", n)
	}
}

func TestARoleThatCannotBeAssumedIsNamed(t *testing.T) {
	w := start(t, 0)
	for spec, want := range map[string]string{
		"777788889999=" + shy + "#wrong-id": "assuming " + shy + " for account 777788889999: ",
		other +
			"=arn:aws-cn:iam::444455556666:role/mirror": "assuming arn:aws-cn:iam::444455556666:role/mirror for " +
			"account " + other + ": ",
	} {
		account, _, _ := strings.Cut(spec, "=")
		_, err := parse(t, spec).Config(account, w.cfg).Credentials.Retrieve(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s: %v", spec, err)
		}
		for _, secret := range []string{"s3cret", "wrong-id"} {
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error says %s: %v", secret, err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for spec, valid := range map[string]bool{
		other + "=" + mirror: true,
		other + "=arn:aws-us-gov:iam::777788889999:role/a/b/c,d=e": true, // of another account, and of any partition
		other + "=" + mirror + "#Any:id/=,":                        true,
		"":                                                         false,
		mirror:                                                     false,
		other:                                                      false,
		"4444=" + mirror:                                           false,
		other + "= " + mirror:                                      false,
		other + "=" + mirror + "#":                                 false,
		other + "=" + mirror + "#a b":                              false,
		other + "=arn:aws:iam::4444:role/mirror":                   false,
		other + "=arn:aws:iam::444455556666:user/mirror": false,
		other + "=arn:aws:iam::444455556666:role/":       false,
		other + "=arn:aws:iam::444455556666:role/x/":     false,
		other + "=arn:other:iam::444455556666:role/x":    false,
		other + "=arn:aws:sts::444455556666:role/x":      false,
	} {
		_, err := roles.Parse(spec)
		if (err == nil) != valid {
			t.Errorf("%q: %v", spec, err)
		}
		if err != nil && strings.Contains(err.Error(), "a b") {
			t.Errorf("the error says the external id: %v", err)
		}
	}
	if _, err := roles.Parse(other+"="+mirror, other+"="+mirror+"2"); err == nil ||
		!strings.Contains(err.Error(), "two roles") {
		t.Errorf("two roles: %v", err)
	}
}
