package kmssign_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/transient"
	standin "ecrmirror/localstack/kms"
	"ecrmirror/testkit/awstest"
)

const home = "111122223333"

// create makes a key with an alias, and returns its ARN.
func create(t *testing.T, cfg aws.Config, of types.KeySpec, alias string) string {
	t.Helper()
	api := kms.NewFromConfig(cfg)
	out := awstest.Must[*kms.CreateKeyOutput](t)(api.CreateKey(t.Context(), &kms.CreateKeyInput{
		KeySpec: of, KeyUsage: types.KeyUsageTypeSignVerify,
	}))
	awstest.Must[*kms.CreateAliasOutput](t)(api.CreateAlias(t.Context(), &kms.CreateAliasInput{
		AliasName: &alias, TargetKeyId: out.KeyMetadata.KeyId,
	}))
	return aws.ToString(out.KeyMetadata.Arn)
}

// A counter counts calls.
type counter struct {
	http.Handler
	mu    sync.Mutex
	calls map[string]int
	fail  int // how many calls fail from now on
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.calls[operation]++
	fails := c.fail > 0
	if fails {
		c.fail--
	}
	c.mu.Unlock()
	if fails {
		w.Header().Set("X-Amzn-Errortype", "KMSInternalException")
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	c.Handler.ServeHTTP(w, r)
}

func start(t *testing.T) (*counter, aws.Config) {
	t.Helper()
	c := &counter{Handler: standin.New(standin.Options{Home: home}), calls: map[string]int{}}
	return c, awstest.Config(awstest.Serve(t, c), home, "us-east-1")
}

// A key signs messages of any length, in its own region, and its public side is read once.
func TestKeysSign(t *testing.T) {
	counted, cfg := start(t)
	message := []byte(strings.Repeat("m", 10_000)) // more than KMS takes
	for of, hash := range map[types.KeySpec]crypto.Hash{
		types.KeySpecEccNistP256: crypto.SHA256, types.KeySpecEccNistP384: crypto.SHA384,
	} {
		name := create(t, cfg, of, "alias/"+string(of))
		elsewhere := cfg.Copy()
		elsewhere.Region = "eu-west-1" // the ARN says where it is
		for _, key := range []*kmssign.Key{kmssign.Open(elsewhere, name), kmssign.Open(cfg, "alias/"+string(of))} {
			clear(counted.calls)
			var signers sync.WaitGroup
			for range 10 {
				signers.Go(func() {
					sig, err := key.Sign(t.Context(), message)
					if err != nil {
						t.Error(err)
						return
					}
					checkSignature(t, key, name, message, sig, hash)
				})
			}
			signers.Wait()
			if got := counted.calls; got["GetPublicKey"] != 1 || got["Sign"] != 10 {
				t.Errorf("%s: %v", of, got)
			}
		}
	}
}

func checkSignature(t *testing.T, key *kmssign.Key, arn string, message, sig []byte, hash crypto.Hash) {
	t.Helper()
	public, err := key.Public(t.Context())
	if err != nil || public.ARN != arn {
		t.Errorf("%+v, %v", public, err)
		return
	}
	parsed, err := x509.ParsePKIXPublicKey(public.DER)
	if err != nil {
		t.Error(err)
		return
	}
	sum := hash.New()
	sum.Write(message)
	if !ecdsa.VerifyASN1(parsed.(*ecdsa.PublicKey), sum.Sum(nil), sig) {
		t.Errorf("%s: the signature is not the key's", arn)
	}
}

// Errors name the key and what is missing, and say whether another try may help.
func TestErrorsNameTheKey(t *testing.T) {
	counted, cfg := start(t)
	arn := create(t, cfg, types.KeySpecEccNistP256, "alias/a")
	for _, c := range []struct {
		name, key  string
		prepare    func(t *testing.T)
		permission string
		passes     bool
		says       string
	}{
		{
			"absent", "alias/b", nil, "", false,
			"KMS key alias/b: GetPublicKey: NotFoundException: Alias arn:aws:kms:us-east-1:111122223333:alias/b is not found.",
		},
		{"disabled", arn, func(t *testing.T) {
			awstest.Must[*kms.DisableKeyOutput](t)(
				kms.NewFromConfig(cfg).DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &arn}))
		}, "", false, "KMS key " + arn + ": GetPublicKey: DisabledException: " + arn + " is disabled."},
		{"KMS fails", arn, func(*testing.T) { counted.fail = 100 }, "", true, "GetPublicKey: KMSInternalException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.prepare != nil {
				c.prepare(t)
			}
			_, err := kmssign.Open(cfg, c.key).Sign(t.Context(), []byte("m"))
			failed, ok := errors.AsType[*kmssign.Error](err)
			if !ok || failed.Permission != c.permission || transient.Is(err) != c.passes ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %s", err, c.says)
			}
		})
	}
}

// answers are those of an API that is not KMS.
type answers struct {
	public kms.GetPublicKeyOutput
	err    error // of both operations
	signed func()
}

func (a answers) GetPublicKey(
	context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options),
) (*kms.GetPublicKeyOutput, error) {
	return &a.public, a.err
}

func (a answers) Sign(context.Context, *kms.SignInput, ...func(*kms.Options)) (*kms.SignOutput, error) {
	a.signed()
	return nil, a.err
}

// Keys of other kinds, which KMS has and the stand-in has not, sign nothing.
func TestKeysOfOtherKindsAreRefused(t *testing.T) {
	for name, public := range map[string]kms.GetPublicKeyOutput{
		"RSA":       {KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify},
		"P-521":     {KeySpec: types.KeySpecEccNistP521, KeyUsage: types.KeyUsageTypeSignVerify},
		"agreement": {KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeKeyAgreement},
		"nothing":   {},
	} {
		public.KeyId = aws.String("alias/a")
		api := answers{public: public, signed: func() { t.Errorf("%s: it was asked to sign", name) }}
		_, err := kmssign.New(api, "alias/a").Sign(t.Context(), []byte("m"))
		if !errors.Is(err, kmssign.ErrUnsuitable) || !strings.Contains(err.Error(), "KMS key alias/a") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Public sides are those of keys that sign by ECDSA on NIST's curves or by RSA; of another the error says what it is.
func TestKindsOfPublicKeys(t *testing.T) {
	const sign, agree = types.KeyUsageTypeSignVerify, types.KeyUsageTypeKeyAgreement
	for _, c := range []struct {
		spec  types.KeySpec
		usage types.KeyUsageType
		says  string // "" = it is taken
	}{
		{types.KeySpecEccNistP256, sign, ""},
		{types.KeySpecEccNistP384, sign, ""},
		{types.KeySpecEccNistP521, sign, ""},
		{types.KeySpecRsa2048, sign, ""},
		{types.KeySpecRsa3072, sign, ""},
		{types.KeySpecRsa4096, sign, ""},
		{types.KeySpecEccNistP521, agree, "it is one of ECC_NIST_P521 for KEY_AGREEMENT"},
		{types.KeySpecRsa2048, types.KeyUsageTypeEncryptDecrypt, "it is one of RSA_2048 for ENCRYPT_DECRYPT"},
		{types.KeySpecEccSecgP256k1, sign, "it is one of ECC_SECG_P256K1 for SIGN_VERIFY"},
		{types.KeySpecSm2, sign, "it is one of SM2 for SIGN_VERIFY"},
	} {
		api := answers{public: kms.GetPublicKeyOutput{KeySpec: c.spec, KeyUsage: c.usage, PublicKey: []byte("DER")}}
		public, err := kmssign.New(api, "alias/a").Public(t.Context())
		switch {
		case c.says == "" && (err != nil || string(public.DER) != "DER"):
			t.Errorf("%s: %+v, %v", c.spec, public, err)
		case c.says != "" && (!errors.Is(err, kmssign.ErrUnsuitable) || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s for %s: %v, want %s", c.spec, c.usage, err, c.says)
		}
	}
}

// An error is not remembered: the next who asks may be told.
func TestAnErrorIsNotRemembered(t *testing.T) {
	counted, cfg := start(t)
	key := kmssign.Open(cfg, create(t, cfg, types.KeySpecEccNistP256, "alias/a"))
	counted.fail = 2 // a call and its repetition
	if _, err := key.Public(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if _, err := key.Public(t.Context()); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kmssign.Open(cfg, "alias/a").Public(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

// Who has waited while KMS said no does not ask it once more.
func TestThoseWhoWaitShareAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		denied := errors.New("denied")
		api := &waiting{answers: answers{err: denied}, going: make(chan struct{})}
		key := kmssign.New(api, "alias/a")
		var waiters sync.WaitGroup
		for range 5 {
			waiters.Go(func() {
				if _, err := key.Public(t.Context()); !errors.Is(err, denied) {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // all have asked
		close(api.going)
		waiters.Wait()
		if n := api.asked.Load(); n != 1 {
			t.Errorf("KMS was asked %d times", n)
		}
	})
}

// A waiting API answers when it may.
type waiting struct {
	answers
	going chan struct{}
	asked atomic.Int64
}

func (w *waiting) GetPublicKey(
	ctx context.Context, in *kms.GetPublicKeyInput, opts ...func(*kms.Options),
) (*kms.GetPublicKeyOutput, error) {
	w.asked.Add(1)
	<-w.going
	return w.answers.GetPublicKey(ctx, in, opts...)
}
