package ecr

import (
	"errors"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go"

	"ecrmirror/internal/imagename"
)

// defaultMaxAttempts is how often a call is made at most. The SDK's own 3 do not last out a burst
// of throttling.
const defaultMaxAttempts = 8

// endpoint is what tells clients apart: registries of several accounts in one region share one,
// unless each account has a configuration of its own.
type endpoint struct {
	account         string // "" if all accounts have the same configuration
	region          string
	fips, dualStack bool
}

// NewAPIs returns a function that gives the SDK's client for a registry, for [Options].API. All
// clients have the credentials of cfg and its settings; each has the region of its registry, and
// the FIPS and dual-stack endpoints where the registry's host is one of those. Where cfg or the
// environment (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ECR) gives an endpoint, it is used as it is.
//
// Calls are attempted 8 times, or as often as cfg says, also on what ECR throttles with:
// ThrottleException and HTTP 429. The functions change the options last.
func NewAPIs(cfg aws.Config, optFns ...func(*ecr.Options)) func(imagename.ECRRegistry) (API, error) {
	all := newClients(func(string) aws.Config { return cfg }, optFns)
	return func(registry imagename.ECRRegistry) (API, error) {
		registry.Account = ""
		return all(registry)
	}
}

// NewAccountAPIs does what [NewAPIs] does where accounts are reached in different ways, each
// with credentials of its own, say: config gives the configuration for an account, once for each
// region in which the account has registries.
func NewAccountAPIs(
	config func(account string) aws.Config, optFns ...func(*ecr.Options),
) func(imagename.ECRRegistry) (API, error) {
	return newClients(config, optFns)
}

func newClients(
	config func(account string) aws.Config, optFns []func(*ecr.Options),
) func(imagename.ECRRegistry) (API, error) {
	var mu sync.Mutex
	clients := map[endpoint]API{}
	return func(registry imagename.ECRRegistry) (API, error) {
		if registry.Region == "" {
			return nil, errors.New("ECR registry without a region")
		}
		key := endpoint{registry.Account, registry.Region, registry.FIPS, registry.DualStack}
		mu.Lock()
		defer mu.Unlock()
		if clients[key] == nil {
			clients[key] = newClient(config(registry.Account), key, optFns)
		}
		return clients[key], nil
	}
}

func newClient(cfg aws.Config, key endpoint, optFns []func(*ecr.Options)) *ecr.Client {
	ours := func(o *ecr.Options) {
		o.Region = key.region
		o.Retryer = newRetryer(cfg.RetryMaxAttempts, retry.DefaultMaxBackoff)
		o.EndpointOptions.UseFIPSEndpoint, o.EndpointOptions.UseDualStackEndpoint = variant(o, key)
	}
	return ecr.NewFromConfig(cfg, append([]func(*ecr.Options){ours}, optFns...)...)
}

// variant chooses among ECR's endpoints. A fixed endpoint excludes the choice: the SDK refuses both
// together.
func variant(o *ecr.Options, key endpoint) (aws.FIPSEndpointState, aws.DualStackEndpointState) {
	if o.BaseEndpoint != nil {
		return aws.FIPSEndpointStateDisabled, aws.DualStackEndpointStateDisabled
	}
	fips, dualStack := o.EndpointOptions.UseFIPSEndpoint, o.EndpointOptions.UseDualStackEndpoint
	if key.fips {
		fips = aws.FIPSEndpointStateEnabled
	}
	if key.dualStack {
		dualStack = aws.DualStackEndpointStateEnabled
	}
	return fips, dualStack
}

// newRetryer returns the SDK's standard retryer with ECR's own ways to throttle added, and without
// LimitExceededException, which in ECR is a quota that waiting doesn't raise, and without connections
// that are refused: nobody listens there, and it would take minutes to say so.
func newRetryer(maxAttempts int, maxBackoff time.Duration) aws.Retryer {
	if maxAttempts <= 0 {
		maxAttempts = defaultMaxAttempts
	}
	throttled := retry.RetryableErrorCode{Codes: map[string]struct{}{"ThrottleException": {}}}
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
		o.Retryables = append([]retry.IsErrorRetryable{
			retry.IsErrorRetryableFunc(quotaExceeded), retry.IsErrorRetryableFunc(refused),
		}, o.Retryables...)
		o.Retryables = append(o.Retryables, throttled,
			retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
		o.Throttles = append(o.Throttles, retry.ThrottleErrorCode(throttled))
	})
}

func quotaExceeded(err error) aws.Ternary {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "LimitExceededException" {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

func refused(err error) aws.Ternary {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
